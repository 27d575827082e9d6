using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Dicom.Pacs;
using MedStreams.Sources.Pacs.Declared;
using Npgsql;

namespace MedStreams.Cli.Running.Migration;

/// <summary>An old PACS that a file declares: trees of files, or a database and the stores that its paths lead to.</summary>
internal static class DeclaredPeers
{
    public static OldPacs Source(PeerContext context)
    {
        var path = context.FullPath(context.Settings.Require(MigrationSettings.Declaration));
        try
        {
            var source = DeclaredSource.Create(SourceDeclaration.Read(path), new DeclaredSourceContext
            {
                Spool = context.Spool,
                IndexFolder = context.FullPath(context.Settings.Get(MigrationSettings.IndexDirectory)),
                Variable = name => context.Variables.GetValueOrDefault(name),
                OpenDatabase = Open,
            });
            return new OldPacs(source.Exams, source.Collector, source.Fetcher) { IsOutside = true, Resources = [source] };
        }
        catch (PacsException e)
        {
            throw CliException.Usage($"{e.Message} ({path}, {SettingsCatalog.Section}:{MigrationSettings.Declaration.Key})");
        }
    }

    private static NpgsqlDataSource Open(string connection, string? password)
    {
        var settings = new NpgsqlConnectionStringBuilder(connection);
        if (password is not null)
            settings.Password = password;
        return NpgsqlDataSource.Create(settings);
    }
}
