using System.Globalization;
using System.Net.Sockets;
using System.Text;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Tests.Server;

namespace MedStreams.Broker.Tests.Kill;

/// <summary>
/// An idempotent producer with up to five requests on their way, for a partition of its own. What is not answered it sends
/// again, in its order, with the same sequence numbers.
/// </summary>
internal sealed class IdempotentClient(int client, int port, Ledger ledger, int seed, CancellationToken stop)
{
    private readonly Random _random = new(seed);
    private readonly Queue<(byte[] Batch, int Count)> _open = new();
    private long _id = -1;
    private int _next;

    public Func<bool> Ending { get; init; } = () => false;

    /// <summary>How many records were sent in all.</summary>
    public int Sent => _next;

    public async Task RunAsync()
    {
        using (var wire = new Wire(port, stop))
        {
            var response = await wire.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(4, new() { TransactionalId = null });
            Assert.Equal(ErrorCode.None, response.ErrorCode);
            _id = response.ProducerId;
        }

        while (!Ending() || _open.Count > 0)
        {
            try
            {
                using var connection = await RawClient.ConnectAsync(port);
                await SendAsync(connection);
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                await Task.Delay(1, stop);
            }
        }
    }

    private async Task SendAsync(RawClient connection)
    {
        var onTheirWay = 0;
        foreach (var (batch, _) in _open)
        {
            await connection.SendAsync(9, Request(batch));
            onTheirWay++;
        }

        while (!Ending() || _open.Count > 0)
        {
            // Leaves the machine to the transactions now and then.
            await Task.Delay(_random.Next(4), stop);
            var window = Ending() ? 0 : _random.Next(1, 6);
            while (onTheirWay < window)
            {
                var made = Make();
                _open.Enqueue(made);
                await connection.SendAsync(9, Request(made.Batch));
                onTheirWay++;
            }

            var (_, response) = await connection.ReceiveAsync<ProduceResponse>(9).WaitAsync(TimeSpan.FromSeconds(30), stop);
            var error = response.Responses[0].PartitionResponses[0].ErrorCode;
            if (error is not ErrorCode.None)
                throw new InvalidOperationException($"Idempotent client {client}: Produce was answered with {error}.");
            onTheirWay--;
            ledger.Acknowledge(client, _open.Dequeue().Count);
        }
    }

    private (byte[] Batch, int Count) Make()
    {
        var batch = new RecordBatchBuilder { ProducerId = _id, ProducerEpoch = 0, BaseSequence = _next };
        for (var count = _random.Next(1, 20); count > 0; count--)
        {
            batch.Append(
                TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), null,
                Encoding.UTF8.GetBytes(_next++.ToString(CultureInfo.InvariantCulture)));
        }

        return (batch.Build(), batch.Count);
    }

    private ProduceRequest Request(byte[] batch) => new()
    {
        Acks = -1,
        TimeoutMs = 10_000,
        TopicData = [new() { Name = Plan.Log, PartitionData = [new() { Index = client, Records = new RecordData(batch) }] }],
    };
}
