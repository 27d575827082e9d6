using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Auditing;
using MedStreams.Sinks.Pacs;

namespace MedStreams.Cli.Running.Migration;

/// <summary>Old and new PACS, as the settings name them. Ends what belongs to them, connections and receivers, when it is disposed of.</summary>
internal sealed class PacsParts(PeerContext context, OldPacs source, NewPacs target) : IAsyncDisposable
{
    public OldPacs Source => source;

    public NewPacs Target => target;

    /// <summary>The audit trail in a file; null where the settings name none.</summary>
    /// <exception cref="CliException">It cannot be written.</exception>
    public AuditFile? OpenAuditTrail()
    {
        if (!context.Settings.Find(MigrationSettings.AuditFile, out var file))
            return null;
        try
        {
            return new AuditFile(context.FullPath(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"{SettingsCatalog.Section}:{MigrationSettings.AuditFile.Key}: {context.FullPath(file)} cannot be written: {e.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var resource in source.Resources.Concat(target.Resources))
            await resource.DisposeAsync();
        await context.DisposeAsync();
    }
}

/// <summary>Where studies come from.</summary>
/// <param name="Exams">Lists them.</param>
/// <param name="Collector">Finds their objects.</param>
/// <param name="Fetcher">Fetches those.</param>
internal sealed record OldPacs(IExamSource Exams, IStudyCollector Collector, IObjectFetcher Fetcher)
{
    /// <summary>Whether it is files or media, and no PACS of the house that sends.</summary>
    public bool IsOutside { get; init; }

    /// <summary>What has to be closed after the run.</summary>
    public IReadOnlyList<IAsyncDisposable> Resources { get; init; } = [];
}

/// <summary>Where studies go.</summary>
/// <param name="Target">Takes them, prepared for it.</param>
internal sealed record NewPacs(PreparedTarget Target)
{
    /// <summary>Lists what it has, for comparisons; null where it cannot.</summary>
    public IExamSource? Exams { get; init; }

    /// <summary>What has to be closed after the run.</summary>
    public IReadOnlyList<IAsyncDisposable> Resources { get; init; } = [];
}
