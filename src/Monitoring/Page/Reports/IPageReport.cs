namespace MedStreams.Monitoring.Page;

/// <summary>A report of the page: <c>GET /api/reports/NAME</c>, to print or for a spreadsheet. Called from any thread, several at a time.</summary>
public interface IPageReport
{
    /// <summary>Its name in addresses.</summary>
    string Name { get; }

    /// <summary>Its heading.</summary>
    string Title { get; }

    /// <summary>Makes it; without anything that concerns patients.</summary>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    ValueTask<PageTable> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>A table.</summary>
/// <param name="Columns">The columns' names.</param>
/// <param name="Rows">Texts, numbers, times, or null: as many in each as there are columns.</param>
public sealed record PageTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);
