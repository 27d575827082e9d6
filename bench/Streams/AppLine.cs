using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace MedStreams.Streams.Bench;

/// <summary>A line of an application's log, as W2 parses it: <c>time|component|subject|event detail...</c>.</summary>
internal sealed record AppLine(string Component, long Subject, string Event)
{
    private static readonly string[] Components = ["ingest", "route", "render", "archive"];
    private static readonly string[] Events = ["opened", "stored", "queried", "closed", "debug"];

    /// <summary>Lines of one size; one of five has the event that W2 drops.</summary>
    public static IReadOnlyList<byte[]> Lines(int size) =>
    [
        .. Enumerable.Range(0, 1000).Select(i =>
        {
            var text = string.Create(
                CultureInfo.InvariantCulture,
                $"20261001-12:00:{i % 60:00}|{Components[i / 5 % 4]}|{30_000_000 + (i * 31)}|{Events[i % 5]} ");
            return Encoding.ASCII.GetBytes(text.PadRight(size, 'x')[..size]);
        }),
    ];

    /// <summary>Reads a line; null where it has another form.</summary>
    public static AppLine? Parse(ReadOnlySpan<byte> line)
    {
        if (!TryField(ref line, (byte)'|', out _)
            || !TryField(ref line, (byte)'|', out var component)
            || !TryField(ref line, (byte)'|', out var subject)
            || !TryField(ref line, (byte)' ', out var happened)
            || !Utf8Parser.TryParse(subject, out long number, out var read)
            || read != subject.Length)
        {
            return null;
        }

        return new AppLine(Encoding.UTF8.GetString(component), number, Encoding.UTF8.GetString(happened));
    }

    private static bool TryField(ref ReadOnlySpan<byte> rest, byte end, out ReadOnlySpan<byte> field)
    {
        var at = rest.IndexOf(end);
        field = at < 0 ? default : rest[..at];
        rest = at < 0 ? rest : rest[(at + 1)..];
        return at >= 0;
    }

    /// <summary>What W2 writes for a line.</summary>
    public sealed class Serde : ISerde<AppLine>
    {
        public void Serialize(AppLine value, IBufferWriter<byte> destination, in SerdeContext context)
        {
            Encoding.UTF8.GetBytes(value.Component, destination);
            destination.Write("|"u8);
            Utf8Formatter.TryFormat(value.Subject, destination.GetSpan(20), out var written);
            destination.Advance(written);
            destination.Write("|"u8);
            Encoding.UTF8.GetBytes(value.Event, destination);
        }

        public AppLine Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) =>
            Parse(data) ?? throw new SerializationException("The line has another form.");
    }
}
