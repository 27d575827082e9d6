namespace MedStreams.Cli.Terminal;

/// <summary>Rows under named columns; the output decides whether they become a table, TSV or JSON.</summary>
internal sealed class Table(params string[] columns)
{
    private readonly List<object?[]> _rows = [];

    /// <summary>The columns, named as the JSON properties are.</summary>
    public IReadOnlyList<string> Columns { get; } = columns;

    /// <summary>The rows; a cell is a text, a number, a truth value or null.</summary>
    public IReadOnlyList<object?[]> Rows => _rows;

    /// <summary>Adds a row with a cell for each column.</summary>
    public void Add(params object?[] cells)
    {
        if (cells.Length != Columns.Count)
            throw new ArgumentException($"A row has {Columns.Count} cells, not {cells.Length}.", nameof(cells));
        _rows.Add(cells);
    }
}
