using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Services;
using MedStreams.Support;

namespace MedStreams.Dicom.Tests.Network;

/// <summary>Our user and our provider, against each other.</summary>
public sealed class LoopbackTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Echo_is_answered_and_the_association_ends_in_order()
    {
        await using var server = TestNetwork.Serve(new DicomHandlers());
        await using var association = await TestNetwork.OpenAsync(server.Peer(), TestNetwork.Of(Uids.Verification));
        await association.EchoAsync(Stop);
        await association.EchoAsync(Stop);
        await association.ReleaseAsync(Stop);
        Assert.True(association.IsOver);
        await Eventually.Holds(() => server.Associations == 0);
    }

    [Fact]
    public async Task Every_sample_arrives_byte_for_byte_in_its_own_transfer_syntax()
    {
        var samples = await SampleFile.AllAsync();
        var handler = new KeepingHandler();
        await using var server = TestNetwork.Serve(new DicomHandlers { Store = handler });
        foreach (var (contexts, objects) in ContextPlan.Split(samples, s => (s.SopClass, s.Syntax)))
        {
            await using var association = await DicomAssociation.OpenAsync(server.Peer(), contexts, TestNetwork.Options, cancellationToken: Stop);
            foreach (var sample in objects)
                Assert.Equal(DimseStatus.Success, await association.StoreAsync(sample.SopClass, sample.SopInstance, sample.Syntax, new MemoryStream(sample.DataSet), Stop));
            await association.ReleaseAsync(Stop);
        }

        Assert.True(samples.Count > 40, $"{samples.Count}");
        Assert.Equal(samples.Count, handler.Taken.Count);
        foreach (var (sample, (instance, dataSet)) in samples.Zip(handler.Taken.OrderBy(t => samples.ToList().FindIndex(s => s.SopInstance == t.Instance.SopInstance))))
        {
            Assert.Equal((sample.SopClass, sample.SopInstance, sample.Syntax.Uid), (instance.SopClass, instance.SopInstance, instance.Syntax.Uid));
            Assert.True(sample.Sent.SequenceEqual(dataSet), sample.Path);
        }
    }

    [Theory]
    [InlineData(4096u, 16384)]
    [InlineData(16384u, 0)]
    [InlineData(0u, 16384 - 6)]
    [InlineData(131072u, 131072 - 6)]
    [InlineData(0u, 131072 - 6)]
    [InlineData(0u, (131072 - 6) * 3)]
    [InlineData(4096u, (4096 - 6) * 7)]
    [InlineData(4096u, ((4096 - 6) * 7) + 2)]
    public async Task A_data_set_arrives_whatever_its_length_and_the_PDUs(uint maxLength, int length)
    {
        var dataSet = new byte[length];
        new Random(length).NextBytes(dataSet);
        var handler = new KeepingHandler();
        await using var server = TestNetwork.Serve(new DicomHandlers { Store = handler }, o => o with { Network = o.Network with { MaxPduLength = maxLength } });
        await using var association = await TestNetwork.OpenAsync(server.Peer(), TestNetwork.Of(TestNetwork.SecondaryCapture));
        Assert.Equal(maxLength, association.PeerMaxPduLength);
        for (var i = 0; i < 2; i++)
        {
            var status = await association.StoreAsync(TestNetwork.SecondaryCapture, "1.2.3", TransferSyntax.ExplicitLittleEndian, new MemoryStream(dataSet), Stop);
            Assert.Equal(DimseStatus.Success, status);
        }

        Assert.All(handler.Taken, t => Assert.True(dataSet.AsSpan().SequenceEqual(t.DataSet)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_odd_length_is_told_and_not_sent_unless_it_may_be_padded(bool canSeek)
    {
        var handler = new KeepingHandler();
        await using var server = TestNetwork.Serve(new DicomHandlers { Store = handler });
        await using var association = await TestNetwork.OpenAsync(
            server.Peer(), TestNetwork.Of(TestNetwork.SecondaryCapture), TestNetwork.Of(TestNetwork.SecondaryCapture, TransferSyntax.DeflatedExplicitLittleEndian));
        var deflated = await association.StoreAsync(
            TestNetwork.SecondaryCapture, "1.2", TransferSyntax.DeflatedExplicitLittleEndian, new MemoryStream([1, 2, 3]), Stop);
        Assert.Equal(DimseStatus.Success, deflated);
        Assert.Equal([1, 2, 3, 0], handler.Taken.Single().DataSet);
        await using Stream odd = canSeek ? new MemoryStream(new byte[99_999]) : new PeekableStream(new MemoryStream(new byte[99_999]));
        var fault = await Assert.ThrowsAsync<DicomNetworkException>(
            () => association.StoreAsync(TestNetwork.SecondaryCapture, "1.2", TransferSyntax.ExplicitLittleEndian, odd, Stop));
        Assert.Equal((DicomNetworkError.NotSendable, !canSeek), (fault.Error, association.IsOver));
    }

    [Fact]
    public async Task A_context_that_was_refused_tells_why_and_nothing_is_sent()
    {
        await using var server = TestNetwork.Serve(new DicomHandlers { Store = new KeepingHandler() }, o => o with { TakesSyntax = s => s == TransferSyntax.ExplicitLittleEndian.Uid });
        var jpeg = TransferSyntax.Of("1.2.840.10008.1.2.4.50");
        await using var association = await TestNetwork.OpenAsync(
            server.Peer(), TestNetwork.Of(TestNetwork.SecondaryCapture), TestNetwork.Of(TestNetwork.SecondaryCapture, jpeg), TestNetwork.Of("1.2.3.4"));
        var syntax = await Assert.ThrowsAsync<DicomNetworkException>(
            () => association.StoreAsync(TestNetwork.SecondaryCapture, "1.2", jpeg, new MemoryStream([1, 2]), Stop));
        Assert.Equal(DicomNetworkError.ContextRefused, syntax.Error);
        Assert.Contains("the transfer syntax is not supported", syntax.Message, StringComparison.Ordinal);
        var sopClass = await Assert.ThrowsAsync<DicomNetworkException>(
            () => association.StoreAsync("1.2.3.4", "1.2", TransferSyntax.ExplicitLittleEndian, new MemoryStream([1, 2]), Stop));
        Assert.Contains("the SOP class is not supported", sopClass.Message, StringComparison.Ordinal);
        Assert.False(association.IsOver);
        Assert.Equal(
            DimseStatus.Success, await association.StoreAsync(TestNetwork.SecondaryCapture, "1.2", TransferSyntax.ExplicitLittleEndian, new MemoryStream([1, 2]), Stop));
    }

    [Fact]
    public async Task Titles_that_are_not_known_are_rejected_in_words()
    {
        await using var server = TestNetwork.Serve(new DicomHandlers(), o => o with { CallingAes = new HashSet<string> { "SOMEBODY" } });
        var called = await Assert.ThrowsAsync<DicomNetworkException>(() => TestNetwork.OpenAsync(server.Peer() with { AeTitle = "OTHER" }, TestNetwork.Of(Uids.Verification)));
        Assert.Equal((DicomNetworkError.Rejected, false), (called.Error, called.IsTransient));
        Assert.Contains("called AE title not recognised (for good)", called.Message, StringComparison.Ordinal);
        var calling = await Assert.ThrowsAsync<DicomNetworkException>(() => TestNetwork.OpenAsync(server.Peer(), TestNetwork.Of(Uids.Verification)));
        Assert.Contains("calling AE title not recognised", calling.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_association_too_many_is_rejected_for_now()
    {
        await using var server = TestNetwork.Serve(new DicomHandlers(), o => o with { MaxAssociations = 1 });
        await using (await TestNetwork.OpenAsync(server.Peer(), TestNetwork.Of(Uids.Verification)))
        {
            var second = await Assert.ThrowsAsync<DicomNetworkException>(() => TestNetwork.OpenAsync(server.Peer(), TestNetwork.Of(Uids.Verification)));
            Assert.Equal((DicomNetworkError.Rejected, true), (second.Error, second.IsTransient));
            Assert.Contains("local limit exceeded (for now)", second.Message, StringComparison.Ordinal);
        }

        await Eventually.Holds(() => server.Associations == 0);
        await using var third = await TestNetwork.OpenAsync(server.Peer(), TestNetwork.Of(Uids.Verification));
        await third.EchoAsync(Stop);
    }

    [Fact]
    public async Task A_handler_that_throws_is_a_processing_failure_and_the_association_goes_on()
    {
        var faults = new List<Exception>();
        await using var server = TestNetwork.Serve(new DicomHandlers { Store = new ThrowingHandler(), OnFault = faults.Add });
        await using var association = await TestNetwork.OpenAsync(server.Peer(), TestNetwork.Of(TestNetwork.SecondaryCapture));
        for (var i = 0; i < 2; i++)
        {
            var status = await association.StoreAsync(TestNetwork.SecondaryCapture, "1.2", TransferSyntax.ExplicitLittleEndian, new MemoryStream(new byte[100_000]), Stop);
            Assert.Equal(DimseStatus.ProcessingFailure, status);
        }

        Assert.Equal(2, faults.OfType<InvalidDataException>().Count());
    }

    [Fact]
    public async Task A_silent_peer_is_left_after_the_time_that_was_set()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var time = new ManualTime();
        var opening = DicomAssociation.OpenAsync(
            new DicomPeer("SILENT", "127.0.0.1", ((System.Net.IPEndPoint)listener.LocalEndpoint).Port),
            [TestNetwork.Of(Uids.Verification)],
            TestNetwork.Options with { Time = time },
            cancellationToken: Stop);
        using var accepted = await listener.AcceptSocketAsync(Stop);
        await Eventually.Holds(() =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return opening.IsCompleted;
        });
        var silent = await Assert.ThrowsAsync<DicomNetworkException>(() => opening);
        Assert.Equal((DicomNetworkError.TimedOut, true), (silent.Error, silent.IsTransient));
    }

    [Fact]
    public async Task A_cancellation_ends_a_sending_and_its_association()
    {
        await using var server = TestNetwork.Serve(new DicomHandlers { Store = new KeepingHandler() });
        await using var association = await TestNetwork.OpenAsync(server.Peer(), TestNetwork.Of(TestNetwork.SecondaryCapture));
        using var cancel = new CancellationTokenSource();
        var sending = association.StoreAsync(TestNetwork.SecondaryCapture, "1.2", TransferSyntax.ExplicitLittleEndian, new EndlessStream(), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.True(association.IsOver);
        await Eventually.Holds(() => server.Associations == 0);
    }

    [Fact]
    public async Task A_server_that_stops_finishes_what_is_under_way_and_aborts_those_that_wait()
    {
        var handler = new WaitingHandler();
        await using var server = TestNetwork.Serve(new DicomHandlers { Store = handler });
        var peer = server.Peer();
        await using var idle = await TestNetwork.OpenAsync(server.Peer(), TestNetwork.Of(Uids.Verification));
        await idle.EchoAsync(Stop);
        await using var busy = await TestNetwork.OpenAsync(server.Peer(), TestNetwork.Of(TestNetwork.SecondaryCapture));
        var storing = busy.StoreAsync(TestNetwork.SecondaryCapture, "1.2", TransferSyntax.ExplicitLittleEndian, new MemoryStream([1, 2]), Stop);
        await handler.Came.Task;
        var stopping = server.StopAsync();
        DicomNetworkException? ended = null;
        await Eventually.Holds(async () =>
        {
            ended = (DicomNetworkException?)await Record.ExceptionAsync(() => idle.EchoAsync(Stop));
            return ended is not null;
        });
        Assert.True(ended!.Error is DicomNetworkError.Aborted or DicomNetworkError.ConnectionLost, ended.Message);
        Assert.False(stopping.IsCompleted);
        handler.MayEnd.SetResult();
        Assert.Equal(DimseStatus.Success, await storing);
        await stopping;
        Assert.Equal(0, server.Associations);
        await Assert.ThrowsAsync<DicomNetworkException>(() => TestNetwork.OpenAsync(peer, TestNetwork.Of(Uids.Verification)));
    }

    private sealed class ThrowingHandler : IStoreHandler
    {
        public Task<DimseStatus> StoreAsync(IncomingInstance instance, CancellationToken cancellationToken) => throw new InvalidDataException();
    }

    private sealed class WaitingHandler : IStoreHandler
    {
        public TaskCompletionSource Came { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<DimseStatus> StoreAsync(IncomingInstance instance, CancellationToken cancellationToken)
        {
            Came.SetResult();
            await MayEnd.Task;
            return DimseStatus.Success;
        }
    }
}

/// <summary>Bytes without an end.</summary>
internal sealed class EndlessStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => 0; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => count;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(buffer.Length);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
