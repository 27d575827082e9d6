using System.Text;
using MedStreams.Streams;

namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>An event, or the original record that could not be parsed.</summary>
internal sealed record ParsedRecord(LogEvent? Event, byte[]? Key, byte[]? Value);

/// <summary>
/// The first stage: parses raw records. An event's key is its lane. A record that cannot be parsed keeps its bytes and headers, and gets
/// the headers of KIP-1034 and its reason.
/// </summary>
internal sealed class ParseProcessor(LogParsingOptions options) : IProcessor<byte[], byte[], string, ParsedRecord>
{
    private readonly LogParser _parser = new(options);
    private readonly LaneNames _lanes = new(options);
    private IProcessorContext<string, ParsedRecord> _context = null!;

    public void Init(IProcessorContext<string, ParsedRecord> context) => _context = context;

    public void Process(in Record<byte[], byte[]> record)
    {
        var metadata = _context.RecordMetadata.GetValueOrDefault();
        var lane = _lanes.Of(record.Key, metadata.Partition);
        var parse = _parser.Parse(RawRecords.Of(record.Value, record.Timestamp, record.Headers));
        if (parse.Event is { } parsed)
        {
            _context.Forward(new Record<string, ParsedRecord>(lane, new(parsed, null, null), record.Timestamp));
            return;
        }

        var headers = WithFault(record.Headers, parse, metadata);
        _context.Forward(new Record<string, ParsedRecord>(lane, new(null, record.Key, record.Value), record.Timestamp, headers));
    }

    private static Headers WithFault(Headers headers, LogParse parse, RecordMetadata metadata)
    {
        var code = LogFaults.Code(parse.Fault);
        return headers
            .With("__streams.errors.exception", Encoding.UTF8.GetBytes("MedStreams.Topologies.Increments.LogFault"))
            .With("__streams.errors.message", Encoding.UTF8.GetBytes($"{LogFaults.Describe(parse.Fault)} {code}, column {parse.Column}"))
            .With("__streams.errors.stacktrace", ReadOnlyMemory<byte>.Empty)
            .With("__streams.errors.topic", Encoding.UTF8.GetBytes(metadata.Topic))
            .With("__streams.errors.partition", Encoding.UTF8.GetBytes(metadata.Partition.ToString()))
            .With("__streams.errors.offset", Encoding.UTF8.GetBytes(metadata.Offset.ToString()))
            .With(LogHeaders.Reason, Encoding.UTF8.GetBytes(code))
            .With(LogHeaders.Column, Encoding.UTF8.GetBytes(parse.Column.ToString()));
    }
}
