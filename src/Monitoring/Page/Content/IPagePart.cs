namespace MedStreams.Monitoring.Page;

/// <summary>
/// One part of the page's live state. Everybody who is logged in sees it, so it holds nothing that concerns patients: details of that kind are a
/// <see cref="IPageResource"/>, which is told who asks.
/// </summary>
public interface IPagePart
{
    /// <summary>Its name in the state, in camelCase.</summary>
    string Name { get; }

    /// <summary>Whether it is read even while nobody looks, since it collects a history.</summary>
    bool IsReadAlways => false;

    /// <summary>
    /// What it shows now, an object that System.Text.Json writes; null: there is nothing, and the part is absent. Asked once a second at most, seldom where
    /// it takes long (a tenth of the time at most), never twice at once, from any thread.
    /// </summary>
    /// <param name="cancellationToken">The page stops.</param>
    ValueTask<object?> ReadAsync(CancellationToken cancellationToken);
}
