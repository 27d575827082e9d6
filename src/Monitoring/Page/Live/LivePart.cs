using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace MedStreams.Monitoring.Page;

/// <summary>A part with what it showed last, as JSON. Used by one thread at a time.</summary>
internal sealed class LivePart(IPagePart part, TimeProvider clock, ILogger logger)
{
    /// <summary>A part is read for a tenth of the time at most.</summary>
    private const int Share = 10;

    private long _readAt;
    private TimeSpan _rest;
    private bool _isFirst = true;

    public string Name => part.Name;

    public bool IsReadAlways => part.IsReadAlways;

    /// <summary>What it showed last; empty: nothing.</summary>
    public ReadOnlyMemory<byte> Json { get; private set; }

    /// <summary>The kind of its failure; null where it did not fail.</summary>
    public string? Fault { get; private set; }

    /// <summary>Whether it is time to read it again.</summary>
    public bool IsDue => _isFirst || clock.GetElapsedTime(_readAt) >= _rest;

    /// <summary>Whether the last read found something else than the one before.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Reads it. What its own code throws is noted and goes no further.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        try
        {
            var value = await part.ReadAsync(cancellationToken);
            var json = value is null ? default : new ReadOnlyMemory<byte>(JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), PageReply.JsonOptions));
            if (Fault is not null)
                PageLog.PartRead(logger, Name);
            Fault = null;
            Take(json);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever a part's own code throws must not end the page; what it said is not told, as it may quote a record.
            if (Fault is null)
                PageLog.PartFailed(logger, Name, e.GetType().Name);
            Fault = e.GetType().Name;
            Take(default);
        }
        finally
        {
            (_isFirst, _readAt) = (false, clock.GetTimestamp());
            _rest = clock.GetElapsedTime(began) * Share;
        }
    }

    private void Take(ReadOnlyMemory<byte> json)
    {
        HasChanged = !Json.Span.SequenceEqual(json.Span);
        Json = json;
    }
}
