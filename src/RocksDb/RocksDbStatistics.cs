using System.Globalization;

namespace MedStreams.RocksDb;

/// <summary>Reads the text of <see cref="RocksDatabase.Statistics"/>, since the C API gives no single tickers.</summary>
public static class RocksDbStatistics
{
    private const string Prefix = "rocksdb.";

    /// <summary>
    /// Tickers by name, such as <c>block.cache.hit</c>, without RocksDB's own first word. A histogram has its count under its plain name and the others
    /// with theirs behind it: <c>db.flush.micros</c>, <c>db.flush.micros P50</c>, <c>db.flush.micros SUM</c>.
    /// </summary>
    /// <param name="text">The text; null, where statistics are off, has no values.</param>
    public static Dictionary<string, double> Parse(string? text)
    {
        // Lines such as "rocksdb.bytes.read COUNT : 5" and "rocksdb.db.flush.micros P50 : 1.0 .. P100 : 2.0 COUNT : 2 SUM : 3".
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in (text ?? "").Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 4 || !words[0].StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            var name = words[0][Prefix.Length..];
            for (var i = 1; i + 2 < words.Length; i += 3)
            {
                if (words[i + 1] == ":" && double.TryParse(words[i + 2], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                    values[words[i] == "COUNT" ? name : $"{name} {words[i]}"] = value;
            }
        }

        return values;
    }
}
