namespace MedStreams.Monitoring.Page;

/// <summary>What a page shows and does; those who know a part of the house each bring theirs.</summary>
public sealed record PageContent
{
    /// <summary>Nothing.</summary>
    public static PageContent Empty { get; } = new();

    /// <summary>Parts of the live state, with different names.</summary>
    public IReadOnlyList<IPagePart> Parts { get; init; } = [];

    /// <summary>What can be asked for.</summary>
    public IReadOnlyList<IPageResource> Resources { get; init; } = [];

    /// <summary>What operators can do.</summary>
    public IReadOnlyList<IPageAction> Actions { get; init; } = [];

    /// <summary>Reports, with different names.</summary>
    public IReadOnlyList<IPageReport> Reports { get; init; } = [];

    /// <summary>What ends with the page.</summary>
    public IReadOnlyList<IDisposable> Owned { get; init; } = [];

    /// <summary>Both together.</summary>
    /// <param name="other">What comes after this.</param>
    public PageContent And(PageContent other) => new()
    {
        Parts = [.. Parts, .. other.Parts],
        Resources = [.. Resources, .. other.Resources],
        Actions = [.. Actions, .. other.Actions],
        Reports = [.. Reports, .. other.Reports],
        Owned = [.. Owned, .. other.Owned],
    };
}
