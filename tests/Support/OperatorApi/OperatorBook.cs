using System.Globalization;
using System.Text;

namespace MedStreams.Support.OperatorApi;

/// <summary>One thing that an operator did.</summary>
/// <param name="Flavour">Which of its APIs was called.</param>
/// <param name="Enterprise">The card's enterprise.</param>
/// <param name="Number">The card's number.</param>
/// <param name="Due">The date for which it was called.</param>
/// <param name="Key">The idempotency key that came along; empty: none.</param>
internal sealed record BookEntry(string Flavour, string Enterprise, string Number, string Due, string Key)
{
    /// <summary>What may stand in the book once.</summary>
    public (string Enterprise, string Number, string Due) Card => (Enterprise, Number, Due);
}

/// <summary>
/// What an operator did, line by line in a file that is forced onto the disk before anybody is answered: it outlives kill -9, and is the truth about what was done how often. A line
/// that was cut off by a death was never answered for, and is removed by the next start. Safe for use by several threads.
/// </summary>
internal sealed class OperatorBook : IDisposable
{
    private const string Started = "started";
    private readonly Lock _lock = new();
    private readonly FileStream _file;
    private readonly Dictionary<string, BookEntry> _byKey = new(StringComparer.Ordinal);
    private readonly HashSet<(string, string, string, string)> _done = [];

    private OperatorBook(FileStream file) => _file = file;

    /// <summary>How often the operator was started, this time included.</summary>
    public int Starts { get; private set; }

    /// <summary>Opens a book for an operator that starts.</summary>
    public static OperatorBook Open(string path)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        var book = new OperatorBook(file);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line == Started)
                book.Starts++;
            else
                book.Remember(Parse(line));
        }

        file.SetLength(whole);
        file.Position = whole;
        book.Append(Started);
        book.Starts++;
        return book;
    }

    /// <summary>All that was done, in its order; also while the operator writes, or after it is gone.</summary>
    public static IReadOnlyList<BookEntry> Read(string path)
    {
        if (!File.Exists(path))
            return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file, Encoding.UTF8);
        var text = reader.ReadToEnd();
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line != Started).Select(Parse)];
    }

    /// <summary>Does something, whatever was done before.</summary>
    public void Do(BookEntry entry)
    {
        lock (_lock)
            Write(entry);
    }

    /// <summary>Does something unless it was done with the same key.</summary>
    /// <returns>False where it was.</returns>
    /// <exception cref="InvalidOperationException">Something else was done with the key.</exception>
    public bool DoOnce(BookEntry entry)
    {
        lock (_lock)
        {
            if (!_byKey.TryGetValue(entry.Key, out var before))
            {
                Write(entry);
                return true;
            }

            return before == entry ? false : throw new InvalidOperationException("The key was used for something else.");
        }
    }

    /// <summary>Whether something was done for a card and a date.</summary>
    public bool Knows(string flavour, string enterprise, string number, string due)
    {
        lock (_lock)
            return _done.Contains((flavour, enterprise, number, due));
    }

    public void Dispose() => _file.Dispose();

    private static BookEntry Parse(string line)
    {
        var cells = line.Split('\t');
        return new BookEntry(cells[0], Uri.UnescapeDataString(cells[1]), Uri.UnescapeDataString(cells[2]), cells[3], cells[4]);
    }

    private void Write(BookEntry entry)
    {
        Append(string.Create(
            CultureInfo.InvariantCulture,
            $"{entry.Flavour}\t{Uri.EscapeDataString(entry.Enterprise)}\t{Uri.EscapeDataString(entry.Number)}\t{entry.Due}\t{entry.Key}"));
        Remember(entry);
    }

    private void Append(string line)
    {
        _file.Write(Encoding.UTF8.GetBytes(line + '\n'));
        _file.Flush(flushToDisk: true);
    }

    private void Remember(BookEntry entry)
    {
        _done.Add((entry.Flavour, entry.Enterprise, entry.Number, entry.Due));
        if (entry.Key.Length > 0)
            _byKey.TryAdd(entry.Key, entry);
    }
}
