namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>Parses log records of every known format into the one normal form. Deterministic: equal records give equal events. For one thread.</summary>
internal sealed class LogParser
{
    private const int MostUndeclaredSources = 1024;

    private readonly LogParsingOptions _options;
    private readonly ParseScope _scope;
    private readonly Dictionary<string, LogSource> _sources;
    private readonly int _declared;
    private readonly long _maxAhead;

    /// <summary>A parser with these options.</summary>
    /// <exception cref="ArgumentException">The options are not valid.</exception>
    public LogParser(LogParsingOptions options)
    {
        options.Validate();
        _options = options;
        _scope = new(options);
        _sources = options.Sources.ToDictionary(s => s.Name, StringComparer.Ordinal);
        _declared = _sources.Count;
        _maxAhead = (long)options.MaxAhead.TotalMilliseconds;
    }

    /// <summary>Parses one record.</summary>
    public LogParse Parse(in RawLog record)
    {
        if (record.Bytes.Length > _options.MaxRecordBytes)
            return LogParse.Failed(LogFault.TooLong, _options.MaxRecordBytes + 1);
        var bytes = Ascii.TrimEnd(record.Bytes);
        var mark = bytes.StartsWith("\uFEFF"u8) ? 3 : 0;
        bytes = bytes[mark..];
        if (bytes.IsEmpty)
            return LogParse.Failed(LogFault.Empty);
        _scope.Source = record.Source.IsEmpty ? null : SourceNamed(_scope.Clean(record.Source));
        _scope.Host = record.Host.IsEmpty ? _scope.Source?.Host : _scope.Clean(record.Host);
        _scope.Timestamp = Math.Max(0, record.Timestamp);

        var declared = record.Format.IsEmpty ? _scope.Source?.Format : _scope.Clean(record.Format);
        var format = declared is null ? LogFormats.Detect(bytes) : LogFormats.Find(declared);
        if (format is null)
            return LogParse.Failed(declared is null ? LogFault.UnknownFormat : LogFault.UndeclaredFormat);
        var parse = format.Parse(bytes, _scope);
        if (parse.Event is not { } parsed)
            return parse with { Column = Math.Min(parse.Column, bytes.Length + 1) + mark };
        return parsed.Time <= _scope.Timestamp + _maxAhead ? parse : LogParse.Failed(LogFault.TimeAhead);
    }

    private LogSource SourceNamed(string name)
    {
        if (_sources.TryGetValue(name, out var known))
            return known;
        var source = new LogSource { Name = name };
        if (_sources.Count - _declared < MostUndeclaredSources)
            _sources.Add(name, source);
        return source;
    }
}
