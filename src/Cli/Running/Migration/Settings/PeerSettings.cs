using MedStreams.Cli.Configuration;

namespace MedStreams.Cli.Running.Migration.Settings;

/// <summary>How one PACS is reached: that studies come from, or that they go to. Which keys count depends on the kind.</summary>
/// <param name="side">Its part of the keys: <c>Source</c> or <c>Target</c>.</param>
/// <param name="what">What it is called in descriptions.</param>
/// <param name="kinds">The kinds that it may be of.</param>
internal sealed class PeerSettings(string side, string what, params string[] kinds)
{
    public Setting<string> Kind { get; } =
        new($"Migration:{side}:Kind", $"What {what} speaks", Rules.OneOf([.. kinds.Select(k => (k, k))]), null);

    public Setting<string> Name { get; } =
        new($"Migration:{side}:Name", $"What {what} is called in reports and in the database; not set: its address", Rules.Text, null);

    public Setting<Uri> Url { get; } =
        new($"Migration:{side}:Url", $"Of {what} by DICOMweb: the root of its service", MigrationRules.Web, null);

    public Setting<string> User { get; } =
        new($"Migration:{side}:User", $"Of {what}: who asks, where it wants to know", Rules.Text, null);

    public Setting<string> Password { get; } =
        new($"Migration:{side}:Password", $"Of {what}: the user's password", Rules.Text, null)
        {
            Secret = true,
            Option = $"dotnet user-secrets --id medstreams set MedStreams:Migration:{side}:Password ..",
        };

    public Setting<string> Token { get; } =
        new($"Migration:{side}:Token", $"Of {what} by DICOMweb: a bearer token instead of user and password", Rules.Text, null)
        {
            Secret = true,
            Option = $"dotnet user-secrets --id medstreams set MedStreams:Migration:{side}:Token ..",
        };

    public Setting<Endpoint> Address { get; } =
        new($"Migration:{side}:Address", $"Of {what} by DICOM: host and port", PortOf1, null);

    public Setting<string> AeTitle { get; } =
        new($"Migration:{side}:AeTitle", $"Of {what} by DICOM: its application entity title", MigrationRules.AeTitle, null);

    public Setting<int> Associations { get; } =
        new($"Migration:{side}:Associations", $"Of {what} by DICOM: how many associations there may be at once", Rules.Integer(1, 64), "4");

    public Setting<string> Folder { get; } =
        new($"Migration:{side}:Folder", $"Of {what} as a folder, or where its objects have file: addresses: where its files are", Rules.Text, null);

    public IReadOnlyList<Setting> All => [Kind, Name, Url, User, Password, Token, Address, AeTitle, Associations, .. side == "Source" ? (Setting[])[Folder] : []];

    private static Rule<Endpoint> PortOf1 { get; } =
        new("HOST:PORT with a port of 1 to 65535", (string text, out Endpoint at) => Endpoint.TryParse(text, out at) && at.Port > 0);
}
