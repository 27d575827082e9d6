using MedStreams.Dicom.Pacs;

namespace MedStreams.Cli.Running.Migration;

/// <summary>Old and new PACS, as the settings name them. Ends what belongs to them, connections and receivers, when it is disposed of.</summary>
internal sealed class PacsParts(PeerContext context, OldPacs source, NewPacs target) : IAsyncDisposable
{
    public OldPacs Source => source;

    public NewPacs Target => target;

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
    /// <summary>What has to be closed after the run.</summary>
    public IReadOnlyList<IAsyncDisposable> Resources { get; init; } = [];
}

/// <summary>Where studies go.</summary>
/// <param name="Target">Takes them.</param>
internal sealed record NewPacs(IPacsTarget Target)
{
    /// <summary>Lists what it has, for comparisons; null where it cannot.</summary>
    public IExamSource? Exams { get; init; }

    /// <summary>What has to be closed after the run.</summary>
    public IReadOnlyList<IAsyncDisposable> Resources { get; init; } = [];
}
