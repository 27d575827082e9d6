using System.Net;
using System.Text;
using MedStreams.Dicom.Web;
using MedStreams.Support;

namespace MedStreams.Dicom.Tests.Web;

/// <summary>What services do wrong, and what is told of it.</summary>
public sealed class DicomWebFailureTests
{
    private const string Type = "multipart/related; type=\"application/dicom\"; boundary=b";

    [Theory]
    [InlineData(401, DicomWebError.Unauthorized, false)]
    [InlineData(404, DicomWebError.NotFound, false)]
    [InlineData(406, DicomWebError.NotAcceptable, false)]
    [InlineData(429, DicomWebError.Busy, true)]
    [InlineData(503, DicomWebError.Busy, true)]
    [InlineData(500, DicomWebError.ServerFault, true)]
    [InlineData(301, DicomWebError.Refused, false)]
    public async Task A_status_says_whether_to_repeat_and_when(int status, DicomWebError error, bool mayBeRepeated)
    {
        var time = new ManualTime();
        foreach (var retryAfter in (string[])["17", time.GetUtcNow().AddSeconds(17).ToString("R")])
        {
            var thrown = await Assert.ThrowsAsync<DicomWebException>(() => Wado(
                _ =>
                {
                    var response = new HttpResponseMessage((HttpStatusCode)status);
                    response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
                    return response;
                },
                time).RetrieveAsync(new DicomWebPath("1.2")));
            Assert.Equal((error, mayBeRepeated, (HttpStatusCode?)status), (thrown.Error, thrown.MayBeRepeated, thrown.Status));
            Assert.Equal(17, thrown.RetryAfter!.Value.TotalSeconds, precision: 1);
        }
    }

    [Theory]
    [InlineData("text/html", "no boundary", DicomWebError.NotAcceptable)]
    [InlineData("multipart/related", "--b", DicomWebError.Malformed)]
    [InlineData(Type, "--b\r\nContent-Type: image/jpeg\r\n\r\nx\r\n--b--", DicomWebError.NotAcceptable)]
    [InlineData(Type, "--b\r\nContent-Type: application/dicom\r\n\r\nx", DicomWebError.Truncated)]
    public async Task An_answer_of_another_kind_or_half_an_answer_is_none(string type, string body, DicomWebError expected)
    {
        var error = await Assert.ThrowsAsync<DicomWebException>(async () =>
        {
            await using var answer = await Wado(_ => ScriptedService.Body(new MemoryStream(Encoding.ASCII.GetBytes(body)), type)).RetrieveAsync(new DicomWebPath("1.2"));
            while (await answer.NextAsync() is { } file)
                await file.CopyToAsync(Stream.Null);
        });
        Assert.Equal(expected, error.Error);
    }

    [Fact]
    public async Task A_single_instance_may_come_without_multipart()
    {
        await using var answer = await Wado(_ => ScriptedService.Body(new MemoryStream([1, 2, 3]), "application/dicom")).RetrieveAsync(new DicomWebPath("1", "2", "3"));
        var to = new MemoryStream();
        await (await answer.NextAsync())!.CopyToAsync(to);
        Assert.Equal([1, 2, 3], to.ToArray());
        Assert.Null(await answer.NextAsync());
    }

    [Fact]
    public async Task A_transfer_that_stands_still_ends_and_one_that_the_taker_holds_up_does_not()
    {
        var time = new ManualTime();
        var body = new StandingStill("--b\r\nContent-Type: application/dicom\r\n\r\nabc"u8.ToArray());
        await using var answer = await Wado(_ => ScriptedService.Body(body, Type), time).RetrieveAsync(new DicomWebPath("1.2"));
        var part = (await answer.NextAsync())!;
        time.Advance(TimeSpan.FromHours(1)); // nobody reads: that is not the service's fault
        Assert.False(body.IsWaiting);
        var reading = part.CopyToAsync(Stream.Null);
        await Eventually.Holds(() => body.IsWaiting);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(DicomWebError.TimedOut, (await Assert.ThrowsAsync<DicomWebException>(() => reading)).Error);
    }

    [Fact]
    public async Task A_refused_token_is_renewed_once()
    {
        var asked = new List<bool>();
        var options = new DicomWebOptions
        {
            Root = new Uri("http://pacs/"),
            Credentials = DicomWebCredentials.Bearer((wasRefused, _) =>
            {
                asked.Add(wasRefused);
                return new ValueTask<string>(wasRefused ? "new" : "old");
            }),
        };
        var service = new ScriptedService(r => r.Headers.Authorization!.Parameter == "new" ? ScriptedService.Json("[]") : new HttpResponseMessage(HttpStatusCode.Unauthorized));
        Assert.Empty((await new QidoClient(new HttpClient(service), options).AskAsync(new QidoQuery { Level = QidoLevel.Studies }, 0, 10)).Items);
        Assert.Equal([false, true], asked);
    }

    [Fact]
    public async Task User_and_password_and_headers_are_sent()
    {
        foreach (var (credentials, header, value) in new[]
        {
            (DicomWebCredentials.Basic("王", "p:w"), "Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("王:p:w"))),
            (DicomWebCredentials.Headers(new Dictionary<string, string> { ["X-Key"] = "k" }), "X-Key", "k"),
        })
        {
            var service = new ScriptedService(_ => ScriptedService.Json("[]"));
            await new QidoClient(new HttpClient(service), new DicomWebOptions { Root = new Uri("http://pacs/"), Credentials = credentials })
                .AskAsync(new QidoQuery { Level = QidoLevel.Studies }, 0, 10);
            Assert.Equal(value, Assert.Single(service.Requests[0].Headers.GetValues(header)));
        }
    }

    [Theory]
    [InlineData("""[{"00100010":{"vr":"PN","Value":["Geheim"]}},{"00100010":3}]""", "QIDO-RS Studies: item 1: DICOM JSON: (0010,0010) is no object.")]
    [InlineData("""[{"00100010":Geheim}]""", "QIDO-RS Studies: the answer is no JSON array of data sets, at line 0, byte 13.")]
    [InlineData("", "QIDO-RS Studies: the answer is no JSON array of data sets, at line 0, byte 0.")]
    public async Task What_is_no_JSON_names_the_place_and_nothing_of_it(string json, string message)
    {
        var client = new QidoClient(new HttpClient(new ScriptedService(_ => ScriptedService.Json(json))), new DicomWebOptions { Root = new Uri("http://pacs/") });
        var error = await Assert.ThrowsAsync<DicomWebException>(() => client.AskAsync(new QidoQuery { Level = QidoLevel.Studies }, 0, 10));
        Assert.Equal((DicomWebError.Malformed, message), (error.Error, error.Message));
    }

    [Fact]
    public async Task An_answer_larger_than_allowed_is_not_read_to_its_end()
    {
        var options = new DicomWebOptions { Root = new Uri("http://pacs/"), JsonBytes = 1_000 };
        var client = new QidoClient(new HttpClient(new ScriptedService(_ => ScriptedService.Json("[" + new string(' ', 5_000) + "]"))), options);
        Assert.Equal(DicomWebError.TooLarge, (await Assert.ThrowsAsync<DicomWebException>(() => client.AskAsync(new QidoQuery { Level = QidoLevel.Studies }, 0, 10))).Error);
    }

    [Theory]
    [InlineData(200, "", "Unmentioned Unmentioned")]
    [InlineData(200, "<NativeDicomModel/>", "Unmentioned Unmentioned")]
    [InlineData(202, """{"00081199":{"vr":"SQ","Value":[{"00081155":{"vr":"UI","Value":["1.1"]},"00081196":{"vr":"US","Value":[45056]}}]},"00081198":{"vr":"SQ","Value":[{"00081155":{"vr":"UI","Value":["1.2"]},"00081197":{"vr":"US","Value":["42752"]}}]}}""", "Stored B000, stored, with values coerced;Failed A700, out of resources")]
    [InlineData(409, """{"00081198":{"vr":"SQ","Value":[{"00081155":{"vr":"UI","Value":["1.2"]},"00081197":{"vr":"US","Value":[49442]}}]},"0008119A":{"vr":"SQ","Value":[{"00081197":{"vr":"US","Value":[272]}}]}}""", "Unmentioned;Failed C122, transfer syntax not supported")]
    public async Task What_a_service_says_of_each_object_is_read_and_what_it_does_not_say_is_not_guessed(int status, string json, string expected)
    {
        var service = new ScriptedService(_ => ScriptedService.Json(json, (HttpStatusCode)status));
        var answer = await Stow(service).StoreAsync([Object("1.1"), Object("1.2")]);
        Assert.Equal(
            expected.Replace("Unmentioned Unmentioned", "Unmentioned;Unmentioned", StringComparison.Ordinal),
            string.Join(';', answer.Results.Select(r => $"{r.Outcome} {r.Reason}".Trim())));
        Assert.Equal(status == 409 ? ["0110, processing failure"] : [], answer.OtherFailures.Select(r => r.ToString()));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_or_is_shorter_than_it_was_is_the_source_s_fault()
    {
        var service = new ScriptedService(_ => ScriptedService.Json("{}"));
        var gone = new StowObject("1.1", _ => throw new FileNotFoundException("gone"), 10);
        var shorter = new StowObject("1.1", _ => new ValueTask<Stream>(new MemoryStream(new byte[9])), 10);
        var longer = new StowObject("1.1", _ => new ValueTask<Stream>(new MemoryStream(new byte[11])), 10);
        foreach (var one in (StowObject[])[gone, shorter, longer])
            Assert.Equal(DicomWebError.SourceFault, (await Assert.ThrowsAsync<DicomWebException>(() => Stow(service).StoreAsync([one]))).Error);
    }

    [Fact]
    public async Task Two_gigabytes_pass_through_in_flat_memory()
    {
        const long Length = 2L << 30;
        var service = new ScriptedService(_ => ScriptedService.Body(new LongAnswer(Length), Type));
        await using var answer = await new WadoClient(new HttpClient(service), new DicomWebOptions { Root = new Uri("http://pacs/") }).RetrieveAsync(new DicomWebPath("1.2"));
        var file = (await answer.NextAsync())!;
        var buffer = new byte[64 << 10];
        var (read, before) = (0L, GC.GetTotalAllocatedBytes(precise: true));
        while (await file.ReadAsync(buffer) is > 0 and var count)
            read += count;
        Assert.Equal(Length, read);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.True(allocated < Length / 8, $"{allocated}"); // of the whole process: other tests run beside it
        Assert.Null(await answer.NextAsync());
    }

    private static StowObject Object(string uid) => new(uid, _ => new ValueTask<Stream>(new MemoryStream([1])), 1);

    private static StowClient Stow(ScriptedService service) => new(new HttpClient(service), new DicomWebOptions { Root = new Uri("http://pacs/") });

    private static WadoClient Wado(Func<HttpRequestMessage, HttpResponseMessage> answer, TimeProvider? time = null) =>
        new(new HttpClient(new ScriptedService(answer)) { Timeout = Timeout.InfiniteTimeSpan }, new DicomWebOptions { Root = new Uri("http://pacs/"), Time = time ?? TimeProvider.System });

    /// <summary>Gives what it has, and then nothing more and no end.</summary>
    private sealed class StandingStill(byte[] bytes) : MemoryStream(bytes)
    {
        private volatile bool _isWaiting;

        public bool IsWaiting => _isWaiting;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await base.ReadAsync(buffer, cancellationToken);
            if (count > 0)
                return count;
            var never = new TaskCompletionSource<int>();
            await using var registration = cancellationToken.Register(() => never.TrySetCanceled(cancellationToken));
            _isWaiting = true;
            return await never.Task;
        }
    }

    /// <summary>One part of zeros.</summary>
    private sealed class LongAnswer(long length) : Stream
    {
        private static readonly byte[] Head = Encoding.ASCII.GetBytes("--b\r\nContent-Type: application/dicom\r\n\r\n");
        private static readonly byte[] Tail = Encoding.ASCII.GetBytes("\r\n--b--\r\n");
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

        public override int Read(Span<byte> buffer)
        {
            var inTail = _position - Head.Length - length;
            var count = _position < Head.Length ? Copy(Head, (int)_position, buffer)
                : inTail >= 0 ? Copy(Tail, (int)inTail, buffer)
                : Zeros(buffer[..(int)Math.Min(buffer.Length, -inTail)]);
            _position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private static int Zeros(Span<byte> to)
        {
            to.Clear();
            return to.Length;
        }

        private static int Copy(byte[] from, int at, Span<byte> to)
        {
            var piece = from.AsSpan(at, Math.Min(to.Length, from.Length - at));
            piece.CopyTo(to);
            return piece.Length;
        }
    }
}
