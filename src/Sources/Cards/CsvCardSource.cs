using System.Security.Cryptography;
using System.Text;
using MedStreams.Sources.Csv;

namespace MedStreams.Sources.Cards;

/// <summary>
/// Cards in a CSV file (RFC 4180) with a heading, read whole whenever its content has changed. The position is the content's digest. A file that changes while it is read
/// is read again later; write it elsewhere and rename it.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="columns">Which headings hold what.</param>
/// <param name="interval">How often the file is looked at.</param>
/// <param name="clock">The clock.</param>
public sealed class CsvCardSource(string path, CardColumns columns, TimeSpan interval, TimeProvider clock) : ICardSource
{
    /// <summary>What stands between cells; a comma by default.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>Its encoding, one that leaves ASCII alone; UTF-8 by default. Rows that are not of it are rejected.</summary>
    public Encoding Encoding { get; init; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public async Task<CardBatch?> ReadAsync(string? position, CancellationToken cancellationToken)
    {
        var bytes = await BytesAsync(cancellationToken);
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (digest == position)
            return null;
        var start = bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;

        // As if it were Latin-1, in which a byte is a character: so a row that is of no encoding does not spoil the others, and its bytes are kept.
        using var text = new StreamReader(new MemoryStream(bytes, start, bytes.Length - start), Encoding.Latin1, detectEncodingFromByteOrderMarks: false);
        return Read(new CsvReader(text, Delimiter), digest);
    }

    /// <inheritdoc/>
    public Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(interval, clock, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private CardBatch Read(CsvReader reader, string digest)
    {
        var heading = reader.Read() is { Fault: null } first ? first.Cells.Select(Text).ToList() : [];
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < heading.Count; i++)
            places.TryAdd(heading[i]?.Trim() ?? "", i);
        if (columns.All.FirstOrDefault(c => !places.ContainsKey(c)) is { } missing)
            throw new CardSourceException($"The file of cards has no heading {missing}; nothing is changed.");
        var collected = new CardCollector(columns);
        while (reader.Read() is { } record)
        {
            if (record.IsBlank)
                continue;
            var (place, content) = ($"line {record.Line}", Encoding.Latin1.GetBytes(record.Text));
            var cells = record.Cells.Select(Text).ToList();
            if (record.Fault is { } fault)
                collected.Reject(place, content, fault);
            else if (cells.Count != heading.Count)
                collected.Reject(place, content, $"it has {cells.Count} cells where the heading has {heading.Count}");
            else if (cells.Contains(null))
                collected.Reject(place, content, $"it is not {Encoding.WebName}");
            else
                collected.Take(place, content, column => cells[places[column]]);
        }

        return collected.ToBatch(digest);
    }

    private async Task<byte[]> BytesAsync(CancellationToken cancellationToken)
    {
        try
        {
            var before = new FileInfo(path);
            var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
            var after = new FileInfo(path);
            return before.Length == bytes.Length && after.Length == before.Length && after.LastWriteTimeUtc == before.LastWriteTimeUtc
                ? bytes
                : throw new CardSourceException("The file of cards changed while it was read; nothing is changed.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CardSourceException($"The file of cards cannot be read ({e.GetType().Name}); nothing is changed.", e);
        }
    }

    private string? Text(string cell)
    {
        try
        {
            return Encoding.GetString(Encoding.Latin1.GetBytes(cell));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
