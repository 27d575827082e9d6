using System.Collections.Concurrent;
using System.Net;
using MedStreams.Hl7;
using MedStreams.Hl7.Mllp;
using MedStreams.Sinks.Mllp;
using MedStreams.Streams;

namespace MedStreams.Sinks.Tests.Mllp;

/// <summary>Messages to a receiver that answers as it should not.</summary>
public sealed class MllpReceiverTests : IAsyncDisposable
{
    private readonly Emr _emr = new();
    private MllpServer? _server;
    private MllpReceiver? _receiver;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_receiver is not null)
            await _receiver.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("MSA|AA|1", "AA", "")]
    [InlineData("MSA|CA|1", "CA", "")]
    [InlineData("MSA|AE|1\rERR|||101^Required field missing^HL70357|E\rERR|||103|E", "AE", "101,103")]
    [InlineData("MSA|AR|1\rERR|^^^200&Unsupported", "AR", "200")]
    [InlineData("MSA|AE|1\rERR|||Doe, John|E", "AE", "")]
    public async Task S5_6_an_answer_is_read(string answer, string code, string errors)
    {
        var receiver = Start();
        _emr.Answers.Enqueue([answer]);

        Assert.Equal((code, errors), await receiver.SendAsync(Message("1"), Stop));
    }

    [Theory]
    [InlineData("206")]
    [InlineData("207")]
    public async Task S5_6_not_now_is_tried_again_later(string error)
    {
        var receiver = Start();
        _emr.Answers.Enqueue([$"MSA|AR|1\rERR|||{error}|E"]);
        _emr.Answers.Enqueue(["MSA|AA|1"]);

        var refusal = await Assert.ThrowsAsync<RetriableException>(() => receiver.SendAsync(Message("1"), Stop));

        Assert.Contains(error, refusal.Message, StringComparison.Ordinal);
        Assert.Equal("AA", (await receiver.SendAsync(Message("1"), Stop)).Code);
    }

    [Fact]
    public async Task S5_6_answers_that_are_repeated_or_another_messages_are_passed_over_and_each_is_taken_once()
    {
        var receiver = Start();
        _emr.Answers.Enqueue(["MSA|AE|0", "MSA|AA|1", "MSA|AA|1"]);
        _emr.Answers.Enqueue(["MSA|AE|2\rERR|||101|E"]);

        Assert.Equal("AA", (await receiver.SendAsync(Message("1"), Stop)).Code);
        Assert.Equal(("AE", "101"), await receiver.SendAsync(Message("2"), Stop));
        Assert.Equal(2, receiver.Unmatched);
    }

    [Fact]
    public async Task S5_6_a_late_answer_is_never_taken_for_that_of_the_next_message()
    {
        var receiver = Start(TimeSpan.FromMilliseconds(200));
        _emr.Hold = new TaskCompletionSource();
        _emr.Answers.Enqueue(["MSA|AA|1"]);
        _emr.Answers.Enqueue(["MSA|AE|2"]);

        await Assert.ThrowsAsync<RetriableException>(() => receiver.SendAsync(Message("1"), Stop));
        _emr.Hold.SetResult();
        var (code, _) = await receiver.SendAsync(Message("2"), Stop);

        Assert.Equal("AE", code);
        Assert.Equal(2, _emr.Connections);
    }

    [Fact]
    public async Task S5_6_a_receiver_that_cuts_or_is_not_there_is_tried_again_later()
    {
        var receiver = Start();
        _emr.Answers.Enqueue(null);
        _emr.Answers.Enqueue(["MSA|AA|1"]);

        await Assert.ThrowsAsync<RetriableException>(() => receiver.SendAsync(Message("1"), Stop));
        Assert.Equal("AA", (await receiver.SendAsync(Message("1"), Stop)).Code);
        await _server!.DisposeAsync();
        await Assert.ThrowsAsync<RetriableException>(() => receiver.SendAsync(Message("2"), Stop));
    }

    [Fact]
    public async Task Messages_at_once_go_over_so_many_connections_and_no_more()
    {
        var receiver = Start();
        await Parallel.ForEachAsync(Enumerable.Range(0, 50), new ParallelOptions { MaxDegreeOfParallelism = 10, CancellationToken = Stop }, async (i, stop) =>
            Assert.Equal("AA", (await receiver.SendAsync(Message($"M{i}"), stop)).Code));

        Assert.InRange(_emr.Connections, 1, 2);
    }

    private static Hl7Message Message(string number) => Hl7Message.Parse($"MSH|^~\\&|MS||EMR||20310101||ORU^R01^ORU_R01|{number}|P|2.5.1\rPID|1||P1");

    private MllpReceiver Start(TimeSpan? limit = null)
    {
        _server = MllpServer.Start(new MllpServerOptions { EndPoint = new(IPAddress.Loopback, 0) }, _emr);
        return _receiver = new(
            new MllpClientOptions { Host = "127.0.0.1", Port = _server.EndPoint.Port, AnswerTimeout = limit ?? TimeSpan.FromSeconds(20) }, connections: 2);
    }

    /// <summary>Answers with what is next in its queue (null: cuts the connection), else that it has accepted.</summary>
    private sealed class Emr : IMllpHandler
    {
        private readonly ConcurrentDictionary<long, byte> _connections = new();

        public ConcurrentQueue<string[]?> Answers { get; } = new();

        public TaskCompletionSource? Hold { get; set; }

        public int Connections => _connections.Count;

        public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReceiveAsync(ReadOnlyMemory<byte> message, MllpPeer peer, CancellationToken cancellation)
        {
            _connections.TryAdd(peer.Id, 0);
            var answers = Answers.TryDequeue(out var next) ? next : [$"MSA|AA|{Hl7Message.Parse(message.Span).Header[10].Value}"];
            if (Hold is { } hold)
                await hold.Task;
            return answers is null
                ? throw new IOException("cut")
                : [.. answers.Select(a => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes($"MSH|^~\\&|EMR||MS||20310101||ACK|9|P|2.5.1\r{a}\r"))];
        }

        public Task BrokenAsync(ReadOnlyMemory<byte> bytes, MllpPartKind kind, MllpPeer peer, CancellationToken cancellation) => Task.CompletedTask;

        public void Connection(MllpConnectionEvent change, MllpPeer peer, Exception? fault)
        {
            // Counted by their messages.
        }
    }
}
