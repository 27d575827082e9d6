using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace MedStreams.Sinks;

/// <summary>One step of a schema, applied once and never changed afterwards.</summary>
/// <param name="Scope">Whose schema: versions count from 1 in each.</param>
/// <param name="Version">Its place in the order, from 1.</param>
/// <param name="Name">What it does, in a few words.</param>
/// <param name="Sql">The statements; they run in one transaction with all other new steps.</param>
public sealed record PostgresMigration(string Scope, int Version, string Name, string Sql)
{
    /// <summary>SHA-256 of the statements in lower-case hex; line ends do not count.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>The steps of MedStreams' own schemas: <c>sink</c>, <c>increments</c>, <c>range-statistics</c>, <c>reservations</c>, <c>pacs-migration</c> or <c>archive</c>.</summary>
    /// <exception cref="ArgumentException">There is no such scope.</exception>
    public static IReadOnlyList<PostgresMigration> BuiltIn(string scope) =>
        FromResources(typeof(PostgresMigration).Assembly, scope);

    /// <summary>
    /// Steps from resources that an assembly carries, named <c>Migrations/SCOPE/0001_what_it_does.sql</c>, in order.
    /// </summary>
    /// <exception cref="ArgumentException">There are none, or a name has no version.</exception>
    public static IReadOnlyList<PostgresMigration> FromResources(Assembly assembly, string scope)
    {
        var prefix = $"Migrations/{scope}/";
        var found = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => Read(assembly, name, scope, Path.GetFileNameWithoutExtension(name[prefix.Length..])))
            .OrderBy(migration => migration.Version)
            .ToList();
        return found.Count > 0
            ? found
            : throw new ArgumentException($"{assembly.GetName().Name} has no migrations {prefix}*.sql.", nameof(scope));
    }

    private static PostgresMigration Read(Assembly assembly, string resource, string scope, string file)
    {
        var parts = file.Split('_', 2);
        if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            throw new ArgumentException($"The migration {resource} is not named 0001_what_it_does.sql.", nameof(resource));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return new PostgresMigration(scope, version, parts[1].Replace('_', ' '), reader.ReadToEnd());
    }
}
