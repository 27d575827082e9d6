using MedStreams.Dicom.Pacs;
using MedStreams.Sinks.Migration;

namespace MedStreams.Sinks.Tests.Migration;

public sealed class LedgerTests(PostgresFixture postgres)
{
    private static readonly string Digest = new('a', 64);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3_6_A_collection_is_kept_as_it_was_found()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        await scene.PendingAsync([Scene.Exam("1.1")]);
        var ledger = new StudyLedger(scene.Database);
        var exam = (await ledger.FindExamAsync("move", "1.1", Stop))!;
        Assert.Equal("1.1", exam.StudyInstanceUid);
        Assert.Null(await ledger.FindExamAsync("move", "1.2", Stop));
        Assert.Null(await ledger.FindExamAsync("other", "1.1", Stop));
        Assert.Null(await ledger.ReadAsync("move", "1.1", 1, Stop));

        var collection = new StudyCollection(exam, [.. Objects(3), Document("bericht.pdf")], ["one instance twice"]);
        await ledger.KeepAsync("move", 1, collection, [0, 0, 1, 1], Stop);
        var kept = (await ledger.ReadAsync("move", "1.1", 1, Stop))!;
        Assert.Equal(collection.Objects, kept.Collection.Objects);
        Assert.Equal(collection.Notes, kept.Collection.Notes);
        Assert.Equal([0, 0, 1, 1], kept.Objects.Select(o => o.Batch));
        Assert.All(kept.Objects, o => Assert.Null(o.Stored));
        Assert.Null(await ledger.ReadAsync("move", "1.1", 2, Stop));
    }

    [Fact]
    public async Task S3_10_After_each_object_is_known_what_is_stored_and_noting_it_again_changes_nothing()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var (ledger, collection) = await KeptAsync(scene);
        var stored = Stored(collection, 0, 2).ToList();
        await ledger.StoredAsync("move", "1.1", 1, stored, Stop);
        await ledger.StoredAsync("move", "1.1", 1, stored, Stop);
        var kept = (await ledger.ReadAsync("move", "1.1", 1, Stop))!;
        Assert.Equal([stored[0], new KeptObject(collection.Objects[1], 0), stored[1]], kept.Objects);

        await ledger.ForgetAsync("move", "1.1", 1, [collection.Objects[0].Id], Stop);
        var left = (await ledger.ReadAsync("move", "1.1", 1, Stop))!.Objects;
        Assert.Equal([false, false, true], left.Select(o => o.Stored is not null));
        Assert.Equal("content 2", left[2].Stored!.Expected.Content);
        await ledger.ForgetAsync("move", "1.1", 1, null, Stop);
        Assert.All((await ledger.ReadAsync("move", "1.1", 1, Stop))!.Objects, o => Assert.Null(o.Stored));
    }

    [Fact]
    public async Task S3_6_Collected_again_by_the_same_attempt_what_is_stored_stays_and_by_a_later_one_all_begins_anew()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var (ledger, collection) = await KeptAsync(scene);
        await ledger.StoredAsync("move", "1.1", 1, [.. Stored(collection, 0, 2)], Stop);
        var changed = collection with { Objects = [collection.Objects[2], Document("new"), collection.Objects[1]] };
        await ledger.KeepAsync("move", 1, changed, [0, 0, 0], Stop);
        var kept = (await ledger.ReadAsync("move", "1.1", 1, Stop))!;
        Assert.Equal(changed.Objects, kept.Objects.Select(o => o.Object));
        Assert.Equal([true, false, false], kept.Objects.Select(o => o.Stored is not null));

        await ledger.KeepAsync("move", 2, collection, [0, 0, 0], Stop);
        Assert.All((await ledger.ReadAsync("move", "1.1", 2, Stop))!.Objects, o => Assert.Null(o.Stored));
    }

    [Fact]
    public async Task S3_11_An_earlier_attempt_can_note_nothing_once_a_later_one_has_begun()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var (ledger, collection) = await KeptAsync(scene);
        await ledger.KeepAsync("move", 2, collection, [0, 0, 0], Stop);
        await FencedAsync(() => ledger.KeepAsync("move", 1, collection, [0, 0, 0], Stop));
        await FencedAsync(() => ledger.StoredAsync("move", "1.1", 1, [.. Stored(collection, 0)], Stop));
        await ledger.StoredAsync("move", "1.1", 2, [.. Stored(collection, 0)], Stop);
        await ledger.ForgetAsync("move", "1.1", 1, null, Stop);
        Assert.Equal([true, false, false], (await ledger.ReadAsync("move", "1.1", 2, Stop))!.Objects.Select(o => o.Stored is not null));

        // And the next task begins above it, though no event told of that attempt.
        var run = (await scene.Runs.FindAsync("move", Stop))!;
        await scene.Feeder().FeedAsync(run.Id, Stop);
        Assert.Equal(["move 1 3 1.1"], await scene.Raw.RowsAsync("SELECT convert_from(payload, 'UTF8') FROM pacs_migration.outbox"));
    }

    [Fact]
    public async Task S3_11_A_ledger_that_is_away_is_a_failure_that_is_tried_again()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var proxy = new CuttingProxy(postgres.Server.Port);
        await using var through = await MigrationDatabase.OpenAsync(
            Counts.Options(scene.Raw.ConnectionString.Replace($"Port={postgres.Server.Port}", $"Port={proxy.Port}", StringComparison.Ordinal)), Stop);
        await proxy.DisposeAsync();
        var error = await Assert.ThrowsAsync<PacsException>(async () => await new StudyLedger(through).FindExamAsync("move", "1.1", Stop));
        Assert.Equal(PacsFailure.Unavailable, error.Failure);
    }

    [Fact]
    public async Task S3_6_A_study_of_many_objects_is_kept_at_once()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        await scene.PendingAsync([Scene.Exam("1.1")]);
        var ledger = new StudyLedger(scene.Database);
        var exam = (await ledger.FindExamAsync("move", "1.1", Stop))!;
        var collection = new StudyCollection(exam, [.. Objects(20_000)], []);
        await ledger.KeepAsync("move", 1, collection, [.. Enumerable.Range(0, 20_000).Select(n => n / 32)], Stop);
        Assert.Equal(collection.Objects, (await ledger.ReadAsync("move", "1.1", 1, Stop))!.Collection.Objects);
    }

    private static async Task<(StudyLedger Ledger, StudyCollection Collection)> KeptAsync(Scene scene)
    {
        await scene.PendingAsync([Scene.Exam("1.1")]);
        var ledger = new StudyLedger(scene.Database);
        var collection = new StudyCollection((await ledger.FindExamAsync("move", "1.1", Stop))!, [.. Objects(3)], []);
        await ledger.KeepAsync("move", 1, collection, [0, 0, 0], Stop);
        return (ledger, collection);
    }

    private static async Task FencedAsync(Func<ValueTask> work) =>
        Assert.Equal(PacsFailure.Fenced, (await Assert.ThrowsAsync<PacsException>(async () => await work())).Failure);

    private static IEnumerable<KeptObject> Stored(StudyCollection collection, params int[] which) => which.Select(at => new KeptObject(
        collection.Objects[at], 0, new ObjectDigest(Digest, 100 + at), new StoredObject(collection.Objects[at].Id, $"t{at}", new ObjectDigest(Digest, 200 + at) { Content = $"content {at}" }, at == 2)));

    private static IEnumerable<StudyObject> Objects(int count) => Enumerable.Range(0, count).Select(n => new StudyObject
    {
        Id = $"1.1.{n}",
        Kind = StudyObjectKind.Instance,
        SeriesInstanceUid = $"1.1.{n % 3}",
        SopClassUid = n % 2 == 0 ? null : "1.2.840.10008.5.1.4.1.1.2",
        TransferSyntaxUid = n % 2 == 0 ? "1.2.840.10008.1.2.1" : null,
        InstanceNumber = n,
        Bytes = n % 3 == 0 ? null : n * 1000L,
    });

    private static StudyObject Document(string name) => new()
    {
        Id = name,
        Kind = StudyObjectKind.Document,
        MediaType = "application/pdf",
        Location = "file:/a/" + name,
    };
}
