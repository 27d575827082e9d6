using System.Text;
using Confluent.Kafka;
using MedStreams.Cli.Records;

namespace MedStreams.Cli.Commands.Produce;

/// <summary>How a line of input becomes a record.</summary>
internal sealed class LineFormat
{
    private readonly bool _ndjson;
    private readonly byte[]? _separator;
    private readonly byte[]? _key;
    private readonly (string Name, byte[] Value)[] _headers;

    public LineFormat(bool ndjson, string? separator, string? key, string[] headers)
    {
        _ndjson = ndjson;
        _separator = separator is null ? null : Encoding.UTF8.GetBytes(separator);
        _key = key is null ? null : Encoding.UTF8.GetBytes(key);
        _headers = [.. headers.Select(Header)];
    }

    /// <summary>Reads one line.</summary>
    /// <exception cref="CliException">The line has not the form that was announced; the text names it by number only.</exception>
    public Message<byte[]?, byte[]?> Read(byte[] line, long number)
    {
        var message = _ndjson ? ReadJson(line, number) : ReadText(line, number);
        foreach (var (name, value) in _headers)
            message.Headers.Add(name, value);
        return message;
    }

    private static Message<byte[]?, byte[]?> ReadJson(byte[] line, long number)
    {
        try
        {
            return RecordJson.Read(line);
        }
        catch (FormatException e)
        {
            throw CliException.Failed($"line {number} of the input: {e.Message}; the lines before it were written", e);
        }
    }

    private Message<byte[]?, byte[]?> ReadText(byte[] line, long number)
    {
        var message = new Message<byte[]?, byte[]?> { Key = _key, Value = line, Headers = [] };
        if (_separator is null)
            return message;
        var at = line.AsSpan().IndexOf(_separator);
        if (at < 0)
            throw CliException.Failed($"line {number} of the input has no key separator; the lines before it were written");
        message.Key = line[..at];
        message.Value = line[(at + _separator.Length)..];
        return message;
    }

    private static (string Name, byte[] Value) Header(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0
            ? (text[..at], Encoding.UTF8.GetBytes(text[(at + 1)..]))
            : throw CliException.Usage($"--header {text}: allowed is NAME=VALUE");
    }
}
