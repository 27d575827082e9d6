using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;
using MedStreams.Hl7;
using MedStreams.Hl7.Mllp;
using MedStreams.Hl7.Views;
using Microsoft.Extensions.Logging;

namespace MedStreams.Sources.Mllp;

/// <summary>
/// Takes messages: checks them, writes them once and answers when they are committed. What is refused is answered with the reason
/// once its bytes are in the dead-letter topic.
/// </summary>
internal sealed class MessageIntake(
    MllpSourceOptions options, TransactionalWriter writer, RecentMessages recent, Admissions admissions, MllpMeter meter, ILogger logger) : IMllpHandler
{
    private static readonly Hl7Path ControlIdPlace = Hl7Path.Parse("MSH-10");
    private static readonly Hl7Path TypePlace = Hl7Path.Parse("MSH-9");

    private long _answers;

    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReceiveAsync(
        ReadOnlyMemory<byte> message, MllpPeer peer, CancellationToken cancellation)
    {
        if (!Hl7Message.TryParse(message.Span, out var parsed, out var fault, options.CharacterSet))
        {
            await RefuseAsync(message, peer, fault.ToString(), cancellation).ConfigureAwait(false);
            return [Hl7Acknowledgement.ForUnreadable(fault, AcknowledgementCode.AR, NextId(), Now).ToBytes()];
        }

        if (Refusal(parsed, out var code) is { } refusal)
        {
            await RefuseAsync(message, peer, refusal.Detail, cancellation).ConfigureAwait(false);
            return Answers(parsed, code, refusal);
        }

        await TakeAsync(parsed, message, peer, cancellation).ConfigureAwait(false);
        return Answers(parsed, AcknowledgementCode.AA, null);
    }

    public async Task BrokenAsync(ReadOnlyMemory<byte> bytes, MllpPartKind kind, MllpPeer peer, CancellationToken cancellation)
    {
        meter.Broken.Add(1);
        var reason = kind == MllpPartKind.Stray ? "bytes outside of MLLP frames" : "an MLLP frame without its end";
        await DeadLetterAsync(bytes, peer, reason, cancellation).ConfigureAwait(false);
        MllpLog.Broken(logger, bytes.Length, peer.Remote, reason);
    }

    public void Connection(MllpConnectionEvent change, MllpPeer peer, Exception? fault)
    {
        var what = change switch
        {
            MllpConnectionEvent.Began => "began",
            MllpConnectionEvent.Ended => "ended",
            _ => "was refused",
        };
        if (change != MllpConnectionEvent.Refused)
            meter.Connections.Add(change == MllpConnectionEvent.Began ? 1 : -1);
        if (change == MllpConnectionEvent.Ended)
            admissions.Forget(peer);
        if (fault is null)
            MllpLog.Connection(logger, peer.Id, peer.Remote, what);
        else
            MllpLog.ConnectionFault(logger, peer.Id, peer.Remote, what, $"{fault.GetType().Name}: {fault.Message}");
    }

    private DateTimeOffset Now => options.TimeProvider.GetUtcNow();

    private Task TakeAsync(Hl7Message parsed, ReadOnlyMemory<byte> message, MllpPeer peer, CancellationToken cancellation)
    {
        var header = parsed.Msh;
        var sender = $"{header.SendingApplication.Namespace}|{header.SendingFacility.Namespace}";
        var digest = Convert.ToHexStringLower(SHA256.HashData(message.Span).AsSpan(0, 16));

        var identity = new MessageIdentity(sender, header.ControlId);
        return admissions.TakeAsync(
            peer,
            sender,
            () =>
            {
                // Not this connection's token: a repetition over another connection may wait for the same task.
                var taken = recent.Take(
                    identity,
                    digest,
                    reused => WriteAsync(Record(parsed, message, peer, sender, digest, reused)),
                    out var repeated);
                (repeated ? meter.Repeated : meter.Taken).Add(1);
                return taken;
            },
            cancellation).WaitAsync(cancellation);
    }

    /// <summary>Writes a record; where somebody listens, as a span whose context it carries (W3C <c>traceparent</c>).</summary>
    private Task WriteAsync(Message<byte[], byte[]> record) =>
        MllpMeter.Spans.HasListeners() ? TraceAsync(record) : writer.WriteAsync(options.Topic, record, CancellationToken.None);

    private async Task TraceAsync(Message<byte[], byte[]> record)
    {
        using var activity = MllpMeter.Spans.StartActivity($"send {options.Topic}", ActivityKind.Producer);
        if (activity is not null)
        {
            Add(record.Headers, "traceparent", activity.Id!);
            activity.SetTag("messaging.system", "kafka").SetTag("messaging.operation.name", "send").SetTag("messaging.operation.type", "send")
                .SetTag("messaging.destination.name", options.Topic);
        }

        try
        {
            await writer.WriteAsync(options.Topic, record, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (activity is not null)
        {
            activity.SetStatus(ActivityStatusCode.Error).SetTag("error.type", e.GetType().FullName);
            throw;
        }
    }

    private Message<byte[], byte[]> Record(
        Hl7Message parsed, ReadOnlyMemory<byte> message, MllpPeer peer, string sender, string digest, bool reused)
    {
        var header = parsed.Msh;
        var record = new Message<byte[], byte[]>
        {
            Key = Encoding.UTF8.GetBytes(sender),
            Value = message.ToArray(),
            Timestamp = new(Now),
            Headers = Origin(peer),
        };
        Add(record.Headers, MllpHeaders.MessageType, header.Trigger.Length > 0 ? $"{header.Type}^{header.Trigger}" : header.Type);
        Add(record.Headers, MllpHeaders.ControlId, header.ControlId);
        Add(record.Headers, MllpHeaders.Sender, sender);
        Add(record.Headers, MllpHeaders.Version, header.Version);
        Add(record.Headers, MllpHeaders.CharacterSet, parsed.Encoding.WebName);
        Add(record.Headers, MllpHeaders.Digest, digest);
        if (reused)
            Add(record.Headers, MllpHeaders.ReusedControlId, "true");
        return record;
    }

    private Hl7Refusal? Refusal(Hl7Message message, out AcknowledgementCode code)
    {
        var header = message.Msh;
        code = AcknowledgementCode.AE;
        if (header.Type.Length == 0)
            return Hl7Refusal.Missing(TypePlace, "MSH-9 does not say what kind of message this is.");
        if (header.ControlId.Length == 0)
            return Hl7Refusal.Missing(ControlIdPlace, "MSH-10 is empty: repetitions of this message could not be told from it.");
        if (options.MessageTypes.Count == 0 || options.MessageTypes.Contains(header.Type)
            || options.MessageTypes.Contains($"{header.Type}^{header.Trigger}"))
            return null;
        code = AcknowledgementCode.AR;
        return Hl7Refusal.UnsupportedType("This receiver does not take messages of this kind.");
    }

    private async Task RefuseAsync(ReadOnlyMemory<byte> message, MllpPeer peer, string reason, CancellationToken cancellation)
    {
        meter.Refused.Add(1);
        await DeadLetterAsync(message, peer, reason, cancellation).ConfigureAwait(false);
        MllpLog.Refused(logger, peer.Remote, reason);
    }

    private Task DeadLetterAsync(ReadOnlyMemory<byte> bytes, MllpPeer peer, string reason, CancellationToken cancellation)
    {
        var headers = Origin(peer);
        Add(headers, MllpHeaders.Reason, reason);
        return writer.WriteAsync(
            options.DeadLetterTopic,
            new() { Key = [], Value = bytes.ToArray(), Timestamp = new(Now), Headers = headers },
            cancellation);
    }

    /// <summary>
    /// What the sender asks for: in original mode one application acknowledgement; in enhanced mode, as MSH-15 and MSH-16 say, a
    /// commit and then an application acknowledgement.
    /// </summary>
    private List<ReadOnlyMemory<byte>> Answers(Hl7Message message, AcknowledgementCode code, Hl7Refusal? refusal)
    {
        var header = message.Msh;
        var answers = new List<ReadOnlyMemory<byte>>(2);
        if (!header.IsEnhanced)
        {
            answers.Add(Answer(message, code, refusal));
            return answers;
        }

        if (Wanted(header.AcceptAcknowledgement, refusal is null))
            answers.Add(Answer(message, Commit(code), refusal));
        if (Wanted(header.ApplicationAcknowledgement, refusal is null))
            answers.Add(Answer(message, code, refusal));
        return answers;
    }

    private ReadOnlyMemory<byte> Answer(Hl7Message message, AcknowledgementCode code, Hl7Refusal? refusal) =>
        Hl7Acknowledgement.Create(message, code, NextId(), Now, refusal).ToBytes();

    private string NextId() => $"{options.InstanceId}-{Now.ToUnixTimeMilliseconds()}-{Interlocked.Increment(ref _answers)}";

    /// <summary>HL7 table 0155.</summary>
    private static bool Wanted(string condition, bool accepted) => condition switch
    {
        "AL" => true,
        "SU" => accepted,
        "ER" => !accepted,
        _ => false,
    };

    private static AcknowledgementCode Commit(AcknowledgementCode code) => code switch
    {
        AcknowledgementCode.AA => AcknowledgementCode.CA,
        AcknowledgementCode.AE => AcknowledgementCode.CE,
        _ => AcknowledgementCode.CR,
    };

    private static Headers Origin(MllpPeer peer)
    {
        var headers = new Headers();
        Add(headers, MllpHeaders.Remote, peer.Remote.ToString());
        if (peer.Certificate is { } certificate)
            Add(headers, MllpHeaders.Certificate, certificate);
        return headers;
    }

    private static void Add(Headers headers, string name, string value) => headers.Add(name, Encoding.UTF8.GetBytes(value));
}
