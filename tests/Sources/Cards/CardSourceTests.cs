using System.Collections.Immutable;
using System.Text;
using MedStreams.Local;
using MedStreams.Sources.Cards;
using Npgsql;

namespace MedStreams.Sources.Tests.Cards;

/// <summary>Files, databases and topics with cards.</summary>
public sealed class CardSourceTests(CardBroker broker) : IClassFixture<CardBroker>, IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    private static readonly CardColumns Columns = new("ent", "no", "until")
    {
        Operator = "op",
        Fields = ImmutableSortedDictionary<string, string>.Empty.Add("tariff", "t"),
    };

    private readonly string _file = Path.GetTempFileName();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task A_file_is_read_by_its_headings_and_wrong_rows_are_told_by_line()
    {
        await File.WriteAllBytesAsync(
            _file,
            [
                .. Encoding.UTF8.GetPreamble(),
                .. "t,until,no,ent,op,rest\r\nL,2031-03-31,1,\"Müller, & Co\",north,\r\n,2031-02-30,2,E,north,x\n\n,2031-01-01,,E,north,x\n,2031-01-01,4,E,north\n"u8,
                .. "a\"b,2031-01-01,5,E,north,x\n,2031-01-01,6,E,"u8, 0xFF, .. ",x\n,2031-01-02,1,\"Müller, & Co\",north,x\n,2031-01-01,9,E,south,\"two\nlines\"\n"u8,
            ],
            Stop);
        await using var source = new CsvCardSource(_file, Columns, Soon, TimeProvider.System);

        var batch = (await source.ReadAsync(null, Stop))!;

        Assert.Equal(
            [("Müller, & Co", "1", "north", new DateOnly(2031, 3, 31)), ("E", "9", "south", new DateOnly(2031, 1, 1))], batch.Cards.Select(c => (c.Enterprise, c.Number, c.Operator, c.Due)));
        Assert.Equal("L", Assert.Single(batch.Cards[0].Fields).Value);
        Assert.Equal(
            [
                ("line 3", "until is no date of the form yyyy-MM-dd"), ("line 5", "no is empty"), ("line 6", "it has 5 cells where the heading has 6"),
                ("line 7", "a quotation mark stands within a cell that has none around it"), ("line 8", "it is not utf-8"), ("line 9", "the same card stands in line 2"),
            ],
            batch.Rejected.Select(r => (r.Place, r.Reason)));
        Assert.Equal([("E", "2"), null, null, null, null, ("Müller, & Co", "1")], batch.Rejected.Select(r => r.Card));
        Assert.Equal([.. ",2031-01-01,6,E,"u8, 0xFF, .. ",x"u8], batch.Rejected[4].Content.ToArray());
        Assert.Null(await source.ReadAsync(batch.Position, Stop));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ent,no,until\nE,1,2031-01-01\n")]
    public async Task A_file_without_the_headings_changes_nothing(string content)
    {
        await File.WriteAllTextAsync(_file, content, Stop);
        await using var source = new CsvCardSource(_file, Columns, Soon, TimeProvider.System);

        await Assert.ThrowsAsync<CardSourceException>(() => source.ReadAsync(null, Stop));

        File.Delete(_file);
        await Assert.ThrowsAsync<CardSourceException>(() => source.ReadAsync(null, Stop));
    }

    [Fact]
    public async Task A_file_in_another_encoding_with_another_delimiter()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var encoding = Encoding.GetEncoding("gb18030", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        await File.WriteAllBytesAsync(_file, encoding.GetBytes("ent;no;until;op;t\n上海;1;2031-01-01;北;一\n"), Stop);
        await using var source = new CsvCardSource(_file, Columns, Soon, TimeProvider.System) { Delimiter = ';', Encoding = encoding };

        var card = Assert.Single((await source.ReadAsync(null, Stop))!.Cards);

        Assert.Equal(("上海", "北"), (card.Enterprise, card.Operator));
    }

    [Fact]
    public async Task A_changed_file_changes_the_topic()
    {
        var topics = await broker.TopicsAsync();
        await File.WriteAllTextAsync(_file, "ent,no,until,op,t\nE,1,2031-01-01,north,\nE,2,2031-01-01,north,\n", Stop);
        var next = _file + ".next";
        await File.WriteAllTextAsync(next, "ent,no,until,op,t\nE,1,2031-01-01,north,\nE,3,2031-01-01,north,\n", Stop);
        var replaced = false;

        await topics.FeedAsync(new CsvCardSource(_file, Columns, Soon, TimeProvider.System), () =>
        {
            if (!replaced && topics.Written == 2)
            {
                File.Move(next, _file, overwrite: true);
                replaced = true;
            }

            return topics.Written == 4;
        });

        Assert.Equal(["E/1", "E/3"], topics.Cards().Keys);
        Assert.Equal(2 * CardBroker.Partitions, topics.Markers);
    }

    [Fact]
    public async Task A_topic_is_read_whole_then_by_its_changes_and_goes_on_where_it_was()
    {
        var topics = await broker.TopicsAsync();
        var columns = new CardColumns("e.id", "@key", "until") { FixedOperator = "north" };
        await topics.SendAsync(("1", Json("E", "2031-01-01")), ("2", Json("E", "2031-01-01")), ("1", Json("E", "2031-01-02")), ("3", "no JSON"), ("4", null));
        await topics.FeedAsync(new TopicCardSource(broker.Kafka, topics.Input, columns), () => topics.Markers == CardBroker.Partitions);
        Assert.Equal(["north 2031-01-02", "north 2031-01-01"], topics.Cards().Values);
        Assert.Equal("it is no JSON", Assert.Single(topics.Rejected()).Reason);

        await topics.SendAsync(("2", null), ("5", Json("E", "2031-01-05")));
        var sent = false;
        await topics.FeedAsync(new TopicCardSource(broker.Kafka, topics.Input, columns), async () =>
        {
            if (!sent && topics.Cards().ContainsKey("E/5"))
            {
                await topics.SendAsync(("5", Json("F", "2031-01-05")));
                sent = true;
            }

            return topics.Cards().ContainsKey("F/5");
        });

        Assert.Equal(["E/1", "F/5"], topics.Cards().Keys);
        Assert.Equal(1, topics.Records().Count(r => r.Message.Key == "E/1"));
        Assert.Single(topics.Rejected());

        static string Json(string enterprise, string until) => $$$"""{"e":{"id":"{{{enterprise}}}"},"until":"{{{until}}}"}""";
    }

    [Fact]
    public async Task A_table_is_followed_whatever_order_transactions_commit_in()
    {
        var topics = await broker.TopicsAsync();
        await using var server = await PrivatePostgres.StartAsync(cancellationToken: Stop);
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await ExecuteAsync(database, "create table cards (ent text, no int, until date, op text, t text); insert into cards select 'E', i, '2031-01-01', 'north', 'L' from generate_series(1, 5) i");
        var source = new SqlCardSource(database, "cards", Columns, stop => Task.Delay(Soon, stop), TimeSpan.FromSeconds(30));

        // The row of the transaction that begins first is seen last.
        await using var early = await database.OpenConnectionAsync(Stop);
        await using var slow = await early.BeginTransactionAsync(Stop);
        await using (var insert = new NpgsqlCommand("insert into cards values ('E', 6, '2031-01-01', 'north', null)", early))
            await insert.ExecuteNonQueryAsync(Stop);
        var step = 0;
        await topics.FeedAsync(source, async () =>
        {
            if (step == 0 && topics.Written == 5)
            {
                await ExecuteAsync(database, "insert into cards values ('E', 7, '2031-01-01', 'north', null), ('E', 8, null, 'north', null)");
                step = 1;
            }
            else if (step == 1 && topics.Cards().ContainsKey("E/7"))
            {
                await slow.CommitAsync(Stop);
                await ExecuteAsync(database, "delete from cards where no = 1; update cards set until = '2032-01-01' where no = 2");
                step = 2;
            }

            return step == 2 && topics.Written == 9;
        });

        var cards = topics.Cards();
        Assert.Equal(["E/2", "E/3", "E/4", "E/5", "E/6", "E/7"], cards.Keys);
        Assert.Equal(("north 2032-01-01 tariff=L", "north 2031-01-01"), (cards["E/2"], cards["E/6"]));
        Assert.Equal("until is empty", Assert.Single(topics.Rejected()).Reason);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
