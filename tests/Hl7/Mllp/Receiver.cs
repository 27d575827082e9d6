using System.Collections.Concurrent;
using System.Text;
using MedStreams.Hl7.Mllp;

namespace MedStreams.Hl7.Tests.Mllp;

/// <summary>A handler whose answers a test decides.</summary>
internal sealed class Receiver(Func<string, Task<IReadOnlyList<ReadOnlyMemory<byte>>>> answer) : IMllpHandler
{
    public ConcurrentQueue<string> Messages { get; } = new();

    public ConcurrentQueue<(MllpPartKind Kind, string Text)> Broken { get; } = new();

    public ConcurrentQueue<(MllpConnectionEvent Change, MllpPeer Peer, Exception? Fault)> Events { get; } = new();

    public static Receiver Acknowledging() => new(text => Task.FromResult(Answer(text, AcknowledgementCode.AA)));

    public static IReadOnlyList<ReadOnlyMemory<byte>> Answer(string text, params AcknowledgementCode[] codes) =>
        [.. codes.Select(code => Hl7Acknowledgement.Create(Hl7Message.Parse(text), code, "A1", DateTimeOffset.UnixEpoch).ToBytes())];

    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReceiveAsync(ReadOnlyMemory<byte> message, MllpPeer peer, CancellationToken cancellation)
    {
        var text = Encoding.UTF8.GetString(message.Span);
        Messages.Enqueue(text);
        return answer(text).WaitAsync(cancellation);
    }

    public Task BrokenAsync(ReadOnlyMemory<byte> bytes, MllpPartKind kind, MllpPeer peer, CancellationToken cancellation)
    {
        Broken.Enqueue((kind, Encoding.UTF8.GetString(bytes.Span)));
        return Task.CompletedTask;
    }

    public void Connection(MllpConnectionEvent change, MllpPeer peer, Exception? fault) => Events.Enqueue((change, peer, fault));
}
