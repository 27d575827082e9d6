using System.Text;
using MedStreams.Topologies.Increments;
using MedStreams.Topologies.Increments.Parsing;

namespace MedStreams.Topologies.Tests.Parsing;

/// <summary>Parses single records in tests.</summary>
internal static class Records
{
    /// <summary>11 March 2024, 12:00 UTC: the time of records that say nothing else.</summary>
    public static readonly long Noon = At("2024-03-11T12:00:00Z");

    public static LogParsingOptions Options { get; } = new() { PseudonymKey = Encoding.UTF8.GetBytes("a key for tests, 32 bytes long...") };

    public static long At(string iso) => DateTimeOffset.Parse(iso).ToUnixTimeMilliseconds();

    public static LogParse Parse(
        string record, string source = "", string format = "", string host = "", long? timestamp = null, LogParsingOptions? options = null) =>
        Parse(Encoding.UTF8.GetBytes(record), source, format, host, timestamp, options);

    public static LogParse Parse(
        byte[] record, string source = "", string format = "", string host = "", long? timestamp = null, LogParsingOptions? options = null) =>
        new LogParser(options ?? Options).Parse(new RawLog
        {
            Bytes = record,
            Timestamp = timestamp ?? Noon,
            Source = Encoding.UTF8.GetBytes(source),
            Format = Encoding.UTF8.GetBytes(format),
            Host = Encoding.UTF8.GetBytes(host),
        });

    public static LogEvent Event(
        string record, string source = "", string format = "", string host = "", long? timestamp = null, LogParsingOptions? options = null)
    {
        var parse = Parse(record, source, format, host, timestamp, options);
        Assert.True(parse.Event is not null, $"{parse.Fault} at {parse.Column}: {record}");
        return parse.Event;
    }
}
