using System.Globalization;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Dimse;
using MedStreams.Dicom.Network.Pdus;
using MedStreams.Dicom.Tests.Foreign;

namespace MedStreams.Dicom.Tests.Network.Pdus;

/// <summary>
/// Real PDUs, commands and data sets with damage: each is read, or refused with a place; nothing else comes out, and no memory follows a claimed length.
/// <c>MEDSTREAMS_FUZZ_TIMES</c> says how many times as long (1), <c>MEDSTREAMS_FUZZ_SEED</c> chooses the damage.
/// </summary>
public sealed class FuzzTests
{
    private static readonly int Seed = Setting("MEDSTREAMS_FUZZ_SEED") ?? 20260105;
    private static readonly int Times = Setting("MEDSTREAMS_FUZZ_TIMES") ?? 1;

    [Fact]
    public void Damaged_PDUs_and_commands_are_read_or_refused_with_a_place()
    {
        var request = PduWriter.Write(new AssociateRequest(
            "CALLED",
            "CALLING",
            [.. Enumerable.Range(0, 20).Select(i => new ProposedContext((byte)((2 * i) + 1), $"1.2.840.10008.{i}", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"]))],
            new UserInformation
            {
                MaxLength = 16384,
                ImplementationClass = "1.2.3",
                Roles = [new RoleSelection("1.2", true, true)],
                Extended = [new ExtendedNegotiation("1.2", new byte[9])],
                Window = new AsyncWindow(1, 1),
                Identity = new UserIdentityItem(2, true, new byte[9], new byte[9]),
            })).ToArray();
        var accept = PduWriter.Write(new AssociateAccept(
            "A", "B", [new AnsweredContext(1, ContextResult.Accepted, "1.2")], new UserInformation { MaxLength = 9, ImplementationClass = "1.2" })).ToArray();
        var command = new CommandSet { AffectedClass = "1.2.3", Field = CommandField.StoreRequest, MessageId = 1, HasDataSet = true, AffectedInstance = "1.2.3.4.5" }.ToBytes().ToArray();
        var random = new Random(Seed);
        for (var i = 0; i < 30_000 * Times; i++)
        {
            Try(() => PduParser.ReadRequest(Damage(request.AsSpan(6), random), out _));
            Try(() => PduParser.ReadAccept(Damage(accept.AsSpan(6), random)));
            Try(() => CommandSet.Read(Damage(command, random)));
        }
    }

    [Fact]
    public async Task Damaged_data_sets_are_read_or_refused_with_a_place()
    {
        var random = new Random(Seed);
        foreach (var path in ForeignFiles.All.Where(f => new FileInfo(f).Length < 20_000))
        {
            var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
            for (var i = 0; i < 60 * Times; i++)
            {
                try
                {
                    await DicomFile.ReadAsync(new MemoryStream(Damage(bytes, random)), new DicomReadOptions { KeepsLongValues = i % 2 == 0 }, TestContext.Current.CancellationToken);
                }
                catch (DicomException e)
                {
                    Assert.NotEqual(DicomError.None, e.Fault.Error);
                }
                catch (InvalidDataException)
                {
                    // Deflated data that are none.
                }
            }
        }
    }

    [Fact]
    public async Task A_server_outlives_whatever_comes()
    {
        var handler = new KeepingHandler();
        var faults = new System.Collections.Concurrent.ConcurrentQueue<Exception>();
        await using var server = TestNetwork.Serve(new DicomHandlers { Store = handler, OnFault = faults.Enqueue });
        var request = PduWriter.Write(new AssociateRequest(
            "SERVER", "FUZZ", [new ProposedContext(1, TestNetwork.SecondaryCapture, ["1.2.840.10008.1.2.1"])], new UserInformation { MaxLength = 16384, ImplementationClass = "1.2" })).ToArray();
        var command = new CommandSet { AffectedClass = TestNetwork.SecondaryCapture, Field = CommandField.StoreRequest, MessageId = 1, HasDataSet = true, AffectedInstance = "1.2.3" }.ToBytes();
        byte[] conversation =
        [
            .. request, 4, 0, 0, 0, 0, (byte)(command.Length + 6), 0, 0, 0, (byte)(command.Length + 2), 1, 3, .. command.Span,
            4, 0, 0, 0, 0, 10, 0, 0, 0, 6, 1, 2, 1, 2, 3, 4, 5, 0, 0, 0, 0, 4, 0, 0, 0, 0,
        ];
        var random = new Random(Seed);
        for (var i = 0; i < 300 * Times; i++)
        {
            using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
            await socket.ConnectAsync(server.EndPoint, TestContext.Current.CancellationToken);
            await socket.SendAsync(i == 0 ? conversation : Damage(conversation, random), TestContext.Current.CancellationToken);
            socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        }

        await Support.Eventually.Holds(() => server.Associations == 0);
        Assert.All(faults, f => Assert.True(f is DicomNetworkException or IOException or System.Net.Sockets.SocketException, f.ToString()));
        Assert.Contains(handler.Taken, t => t.DataSet.AsSpan().SequenceEqual(new byte[] { 1, 2, 3, 4 }));
        await using var after = await TestNetwork.OpenAsync(server.Peer(), TestNetwork.Of(Uids.Verification));
        await Dicom.Network.Services.EchoService.EchoAsync(after, TestContext.Current.CancellationToken);
    }

    private static int? Setting(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static void Try(Action read)
    {
        try
        {
            read();
        }
        catch (DicomNetworkException e)
        {
            Assert.Equal(DicomNetworkError.Protocol, e.Error);
            Assert.NotNull(e.Position);
        }
    }

    /// <summary>Bits turned, bytes taken out, put in or repeated, lengths made huge, the end cut off.</summary>
    private static byte[] Damage(ReadOnlySpan<byte> whole, Random random)
    {
        var bytes = whole.ToArray().ToList();
        for (var i = random.Next(1, 4); i > 0 && bytes.Count > 8; i--)
        {
            var at = random.Next(bytes.Count - 4);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, random.Next(1, 4));
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 3:
                    (bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]) = (0xFF, 0xFF, 0xFF, (byte)random.Next(256));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, 40)));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }
}
