using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;
using MedStreams.Sources.Pacs.Files;
using MedStreams.Sources.Pacs.Located;

namespace MedStreams.Sources.Tests.Pacs.Located;

/// <summary>What holds for every address, and for local files.</summary>
public sealed class LocatedFetcherTests : IDisposable
{
    private static readonly ExamRecord Exam = new() { StudyInstanceUid = "1.2.3" };
    private readonly Folder _tree = new();
    private readonly Folder _spooled = new();
    private readonly Spool _spool;

    public LocatedFetcherTests() => _spool = new Spool(_spooled.Root);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _tree.Dispose();
        _spooled.Dispose();
    }

    [Fact]
    public async Task S3_7_Objects_of_a_study_come_in_parallel_whole_and_with_their_digests()
    {
        var wanted = new List<StudyObject>();
        var digests = new Dictionary<string, ObjectDigest>();
        for (var i = 0; i < 20; i++)
        {
            var bytes = new Instances { Instance = $"1.{i}", Pixels = 200_000, Shade = (byte)i }.Bytes(isBare: i % 2 == 1);
            var file = await DicomFile.ReadAsync(new MemoryStream(bytes), cancellationToken: Token);
            digests[$"1.{i}"] = ObjectDigest.Of(file.Digest.Span, file.Length);
            wanted.Add(Object($"1.{i}", _tree.Put($"{i} 图像#%?.dcm", bytes)));
        }

        wanted.Add(Object("a", _tree.Put("报告.pdf", "%PDF"u8.ToArray()), StudyObjectKind.Document));
        var (received, atOnce, most) = (new Dictionary<string, ObjectDigest>(StringComparer.Ordinal), 0, 0);
        var together = new TaskCompletionSource();

        var missing = await Fetcher().FetchAsync(
            Exam,
            wanted,
            async (fetched, token) =>
            {
                lock (received)
                {
                    most = Math.Max(most, ++atOnce);
                    received.Add(fetched.Object.Id, fetched.Digest);
                    if (atOnce == 4)
                        together.TrySetResult();
                }

                await together.Task.WaitAsync(token);
                lock (received)
                    atOnce--;
            },
            Token);

        Assert.Empty(missing);
        Assert.Equal(21, received.Count);
        Assert.Equal(4, most);
        Assert.All(digests, d => Assert.Equal(d.Value, received[d.Key]));
        Assert.Equal(0, _spool.Used);
        Assert.Empty(Directory.EnumerateFiles(_spooled.Root));
    }

    [Fact]
    public async Task What_cannot_be_had_is_told_with_its_reason_and_the_others_come()
    {
        var whole = new Instances { Instance = "1.1" }.Bytes();
        using var elsewhere = new Folder();
        var secret = elsewhere.Put("secret.dcm", whole);
        File.CreateSymbolicLink(_tree.At("link.dcm"), secret);
        var wanted = new[]
        {
            Object("1.1", _tree.Put("whole.dcm", whole)),
            Object("2.1", _tree.At("absent.dcm")),
            Object("2.2", _tree.Put("cut.dcm", whole[..^100])) with { Bytes = null },
            Object("2.3", _tree.Put("grown.dcm", whole)) with { Bytes = whole.Length - 2 },
            Object("2.4", _tree.Put("other.dcm", whole)),
            Object("2.5", _tree.Put("study.dcm", new Instances { Instance = "2.5", Study = "9.9" }.Bytes())),
            Object("2.6", secret),
            Object("2.7", _tree.At("link.dcm")) with { Bytes = null },
            Object("2.8", _tree.Root) with { Location = $"file://{_tree.Root}/../{Path.GetFileName(elsewhere.Root)}/secret.dcm", Bytes = null },
            Object("2.9", _tree.Root) with { Location = $"file://{_tree.Root}/%2e%2e/{Path.GetFileName(elsewhere.Root)}/secret.dcm", Bytes = null },
            Object("2.10", _tree.Root) with { Location = $"file://{_tree.Root}/..%2f{Path.GetFileName(elsewhere.Root)}/secret.dcm", Bytes = null },
            Object("2.11", _tree.Root) with { Location = "file:///etc/passwd", Bytes = null },
            Object("2.12", _tree.Root) with { Location = null, Bytes = null },
            Object("2.13", _tree.Put("empty.dcm", [])),
        };
        var received = new List<string>();

        var missing = await Fetcher().FetchAsync(Exam, wanted, (f, _) => Take(received, f), Token);

        Assert.Equal(["1.1"], received);
        Assert.Equal(13, missing.Count);
        Assert.Equal(["2.2", "2.3"], missing.Where(m => m.MayComeLater).Select(m => m.Object.Id));
        Assert.Equal(6, missing.Count(m => m.Reason.Contains("out of the declared folders", StringComparison.Ordinal)));
        Assert.DoesNotContain(missing, m => m.Reason.Contains(_tree.Root, StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(_spooled.Root));
    }

    [Fact]
    public async Task A_reading_that_is_cut_goes_on_where_it_was_cut()
    {
        var bytes = new Instances { Instance = "1.1", Pixels = 500_000, Shade = 7 }.Bytes();
        var store = new BrittleStore(bytes, cutEvery: 70_000);
        var received = new List<string>();

        var missing = await new LocatedFetcher(store, _spool, Quick, TimeProvider.System).FetchAsync(Exam, [Object("1.1", "/x")], (f, _) => Take(received, f), Token);

        Assert.Empty(missing);
        Assert.Equal(["1.1"], received);
        Assert.True(store.Opened > 7, $"{store.Opened} times opened");
    }

    [Fact]
    public async Task A_file_that_is_another_one_after_the_cut_is_not_pieced_together()
    {
        var bytes = new Instances { Instance = "1.1", Pixels = 500_000 }.Bytes();
        var store = new BrittleStore(bytes, cutEvery: 200_000) { ChangesWhenReopened = true };

        var missing = await new LocatedFetcher(store, _spool, Quick, TimeProvider.System).FetchAsync(Exam, [Object("1.1", "/x")], (_, _) => default, Token);

        Assert.Equal("The object was changed while it was read.", Assert.Single(missing).Reason);
        Assert.True(missing[0].MayComeLater);
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_read_is_not_taken()
    {
        var bytes = new Instances { Instance = "1.1", Pixels = 500_000 }.Bytes();
        var store = new BrittleStore(bytes, cutEvery: int.MaxValue) { ChangesAfterwards = true };

        var missing = await new LocatedFetcher(store, _spool, Quick, TimeProvider.System).FetchAsync(Exam, [Object("1.1", "/x")], (_, _) => default, Token);

        Assert.Equal("The object was changed while it was read.", Assert.Single(missing).Reason);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_at_all_is_told_as_a_whole()
    {
        var store = new BrittleStore([], cutEvery: 1) { IsAway = true };

        var told = await Assert.ThrowsAsync<PacsException>(async () =>
            await new LocatedFetcher(store, _spool, Quick, TimeProvider.System).FetchAsync(Exam, [Object("1.1", "/x"), Object("1.2", "/y")], (_, _) => default, Token));

        Assert.Equal(PacsFailure.Unavailable, told.Failure);
        Assert.True(store.Opened >= 3, $"{store.Opened} times tried");
    }

    [Fact]
    public async Task A_share_that_is_not_mounted_is_no_missing_file()
    {
        var told = await Assert.ThrowsAsync<PacsException>(async () => await Fetcher().FetchAsync(Exam, [Object("1.1", _tree.At("a.dcm"))], (_, _) => default, Token));

        Assert.Equal("local disk: A declared folder is missing or empty: is the share mounted?", told.Message);
    }

    [Fact]
    public async Task What_the_receiver_throws_comes_out_and_ends_the_others()
    {
        var wanted = Enumerable.Range(0, 50).Select(i => Object($"1.{i}", _tree.Put($"{i}.dcm", new Instances { Instance = $"1.{i}" }.Bytes()))).ToList();
        var told = await Assert.ThrowsAsync<PacsException>(async () => await Fetcher().FetchAsync(
            Exam, wanted, (_, _) => throw new PacsException("full") { Failure = PacsFailure.Refused }, Token));

        Assert.Equal(PacsFailure.Refused, told.Failure);
        Assert.Empty(Directory.EnumerateFiles(_spooled.Root));
    }

    [Fact]
    public async Task Each_address_goes_to_the_fetcher_of_its_scheme()
    {
        var byScheme = new Dictionary<string, IObjectFetcher>(StringComparer.Ordinal) { ["file"] = Fetcher() };
        var wanted = new[]
        {
            Object("1.1", _tree.Put("1.dcm", new Instances { Instance = "1.1" }.Bytes())),
            Object("1.2", "/x") with { Location = "gopher://host/x" },
            Object("1.3", "/x") with { Location = null },
        };
        var received = new List<string>();

        var missing = await new SchemeFetcher(byScheme, byIdentifier: null).FetchAsync(Exam, wanted, (f, _) => Take(received, f), Token);

        Assert.Equal(["1.1"], received);
        Assert.Equal(["1.2", "1.3"], missing.Select(m => m.Object.Id));
    }

    private static LocatedFetcherOptions Quick { get; } = new() { RetryDelay = TimeSpan.FromMilliseconds(1), Retries = 2 };

    private LocatedFetcher Fetcher() => new(new LocalFileStore([_tree.Root]), _spool, Quick, TimeProvider.System);

    private static StudyObject Object(string id, string path, StudyObjectKind kind = StudyObjectKind.Instance) => new()
    {
        Id = id,
        Kind = kind,
        Location = FileLocation.Of(path),
        Bytes = File.Exists(path) ? new FileInfo(path).Length : null,
    };

    private static ValueTask Take(List<string> received, FetchedObject fetched)
    {
        lock (received)
            received.Add(fetched.Object.Id);
        return ValueTask.CompletedTask;
    }

    /// <summary>A store whose connections break.</summary>
    private sealed class BrittleStore(byte[] bytes, int cutEvery) : IObjectStore
    {
        private int _opened;

        public string Name => "brittle";

        public bool ChangesWhenReopened { get; init; }

        public bool ChangesAfterwards { get; init; }

        public bool IsAway { get; init; }

        public int Opened => Volatile.Read(ref _opened);

        public Task<OpenedObject> OpenAsync(string location, long offset, CancellationToken cancellationToken)
        {
            var times = Interlocked.Increment(ref _opened);
            if (IsAway)
                throw new ObjectStoreException(ObjectStoreFailure.Unavailable, "It does not answer.");
            var content = new Cut(bytes[(int)offset..], cutEvery, isTold: times % 2 == 0);
            return Task.FromResult(new OpenedObject(content, bytes.Length, ChangesWhenReopened ? $"{times}" : "1"));
        }

        public Task<string?> VersionAsync(string location, CancellationToken cancellationToken) => Task.FromResult<string?>(ChangesAfterwards ? "2" : "1");

        /// <summary>Breaks after some bytes: with an error, or as if the file were at its end.</summary>
        private sealed class Cut(byte[] rest, int after, bool isTold) : MemoryStream(rest)
        {
            public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            {
                var left = after - (int)Position;
                return left > 0 ? base.ReadAsync(buffer[..Math.Min(buffer.Length, left)], cancellationToken)
                    : !isTold ? ValueTask.FromResult(0)
                    : throw new IOException("The connection was reset.");
            }
        }
    }
}
