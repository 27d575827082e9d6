using System.Text;

namespace MedStreams.Sources.Csv;

/// <summary>A record of a CSV file.</summary>
/// <param name="Line">The line it begins in, from 1.</param>
/// <param name="Cells">Its cells; empty where it is wrong.</param>
/// <param name="Text">The record as it stands in the file, without its line end.</param>
internal sealed record CsvRecord(int Line, IReadOnlyList<string> Cells, string Text)
{
    /// <summary>What is wrong with it; null where nothing is.</summary>
    public string? Fault { get; init; }

    /// <summary>Whether it is a line with nothing in it.</summary>
    public bool IsBlank => Fault is null && Cells is [""];
}

/// <summary>
/// Records of CSV (RFC 4180): quotation marks around what holds delimiters or line ends, doubled within. A record that breaks these rules is told as wrong, and the next
/// one begins behind its line. Not thread-safe.
/// </summary>
internal sealed class CsvReader(TextReader reader, char delimiter = ',')
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _cell = new();
    private int _line = 1;

    /// <summary>The next record; null at the end.</summary>
    public CsvRecord? Read()
    {
        if (reader.Peek() < 0)
            return null;
        var (line, cells, fault) = (_line, new List<string>(), (string?)null);
        _text.Clear();
        bool isMore;
        do
        {
            _cell.Clear();
            fault = reader.Peek() == '"' ? ReadQuoted() : ReadPlain();
            cells.Add(_cell.ToString());
            isMore = fault is null && reader.Peek() == delimiter;
            if (isMore)
                Take();
        }
        while (isMore);
        if (fault is not null)
            SkipLine();
        EndLine();
        return fault is null ? new CsvRecord(line, cells, _text.ToString()) : new CsvRecord(line, [], _text.ToString()) { Fault = fault };
    }

    private bool IsAtEnd => reader.Peek() is -1 or '\n' or '\r' || reader.Peek() == delimiter;

    private string? ReadPlain()
    {
        while (!IsAtEnd)
        {
            if (Take() is var next && next == '"')
                return "a quotation mark stands within a cell that has none around it";
            _cell.Append(next);
        }

        return null;
    }

    private string? ReadQuoted()
    {
        Take();
        while (reader.Peek() >= 0)
        {
            var next = Take();
            if (next == '\n')
                _line++;
            if (next != '"' || reader.Peek() == '"')
                _cell.Append(next == '"' ? Take() : next);
            else
                return IsAtEnd ? null : "something stands behind a closing quotation mark";
        }

        return "a quotation mark is not closed";
    }

    private char Take()
    {
        var next = (char)reader.Read();
        _text.Append(next);
        return next;
    }

    private void SkipLine()
    {
        while (reader.Peek() is >= 0 and not '\n' and not '\r')
            Take();
    }

    private void EndLine()
    {
        if (reader.Peek() == '\r')
            _ = reader.Read();
        if (reader.Peek() == '\n')
            _ = reader.Read();
        _line++;
    }
}
