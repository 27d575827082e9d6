using MedStreams.Streams;
using MedStreams.Streams.Testing;
using MedStreams.Topologies.Reservations;
using static MedStreams.Topologies.Tests.Reservations.Messages;

namespace MedStreams.Topologies.Tests.Reservations;

/// <summary>The whole topology, message in, states out.</summary>
public sealed class ReservationsTopologyTests : IDisposable
{
    private static readonly ReservationsOptions Options = new() { Containers = 1, Servers = 1, ParkingLimit = TimeSpan.FromMinutes(30) };

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"medstreams-{Guid.NewGuid():N}");
    private TopologyTestDriver _driver;

    public ReservationsTopologyTests() => _driver = Driver();

    public void Dispose()
    {
        _driver.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void S4_3_a_reservation_moves_its_user_to_Reserved()
    {
        Send(Siu("S12", "7", "P1"));

        Assert.Equal("F7 of P1^H: Reserved", Last());
        Assert.Equal("F7: None -> Reserved by SIU^S12", Assert.Single(Moves()));
    }

    [Fact]
    public void S4_4_an_association_that_knows_only_the_user_finds_the_number_in_the_cache_and_moves_the_user_to_Associated()
    {
        Send(Siu("S12", "7", "P1"));
        Assert.True(_driver.GetKeyValueStore<string, UserEntry>(ReservationsTopology.CacheStore).Get("P1^H")!.Reservations.ContainsKey("F7"));

        Send(Adt("A04", "P1", "V1"));

        Assert.Equal("F7 of P1^H: Associated visit V1 at ROOM1", Last());
        Assert.Equal("F7: Reserved -> Associated by ADT^A04", Moves()[^1]);
        Assert.Equal(
            "F7", _driver.CreateOutputTopic(Options.ByNumberTopic, Serdes.String, ReservationSerdes.NumberCommand).ReadRecords()[^1].Key);
    }

    [Fact]
    public void S4_4_of_several_reservations_the_named_one_is_taken_else_the_nearest()
    {
        Send(Siu("S12", "1", "P1", startMinute: 60, order: "O9"));
        Send(Siu("S12", "2", "P1", startMinute: 300));

        Send(Adt("A04", "P1", "V1", atMinute: 290));
        Assert.Equal("F2 of P1^H: Associated visit V1 at ROOM1", Last());

        Send(Orm("NW", "O9", "P1", atMinute: 295));
        Assert.Equal("F1 of P1^H: Associated order O9", Last());
    }

    [Fact]
    public void S4_5_a_redelivered_message_changes_nothing_and_reports_nothing()
    {
        byte[][] messages = [Siu("S12", "7", "P1"), Siu("S13", "7", "P1", 5, 180), Adt("A04", "P1", "V1", 10), Siu("S15", "7", "P1", 20)];
        foreach (var message in messages)
            Send(message);
        var (states, moves) = (States().Count, Moves().Count);

        foreach (var message in messages.Concat(messages))
            Send(message);

        Assert.Empty(States());
        Assert.Empty(Moves());
        Assert.Empty(Rejections());
        Assert.Equal((4, 4), (states, moves));
    }

    [Fact]
    public void S4_5_what_was_cancelled_is_refused_with_the_reason()
    {
        Send(Siu("S12", "7", "P1"));
        Send(Siu("S15", "7", "P1", 10));
        Send(Siu("S12", "7", "P1", 20));

        Assert.Equal("F7 of P1^H: Cancelled (cancel)", Last());
        var rejection = Assert.Single(Rejections());
        Assert.Equal((RejectionReason.Cancelled, "SIU^S12", "F7"), (rejection.Reason, rejection.Cause, rejection.Number));
        Assert.Equal("hl7.inbound-0@2", rejection.Origin);
    }

    [Fact]
    public void S4_5_a_reservation_that_nobody_comes_to_expires_by_itself()
    {
        Send(Siu("S12", "7", "P1", startMinute: 60));
        _driver.AdvanceWallClockTime(TimeSpan.FromHours(24.9));
        Assert.Equal("F7 of P1^H: Reserved", Last());

        _driver.AdvanceWallClockTime(TimeSpan.FromHours(0.2));

        Assert.Equal("F7 of P1^H: Expired (expired)", Last());
        Assert.Equal("F7: Reserved -> Expired by time", Moves()[^1]);
    }

    [Fact]
    public void S4_5_news_of_a_user_who_came_in_time_undoes_an_expiry_and_of_one_who_came_late_does_not()
    {
        Send(Siu("S12", "7", "P1", startMinute: 60));
        Send(Siu("S12", "8", "P2", startMinute: 60));
        _driver.AdvanceWallClockTime(TimeSpan.FromHours(30));

        Send(Adt("A04", "P1", "V1", atMinute: 61));
        Assert.Equal("F7 of P1^H: Associated visit V1 at ROOM1", Last());

        Send(Adt("A04", "P2", "V2", atMinute: 29 * 60));
        Assert.Empty(States());
        _driver.AdvanceWallClockTime(TimeSpan.FromMinutes(31));
        Assert.Equal(RejectionReason.ReservationExpired, Assert.Single(Rejections()).Reason);
    }

    [Fact]
    public void S4_6_An_association_before_its_reservation_is_parked_and_applied_when_the_reservation_arrives()
    {
        Send(Adt("A04", "P1", "V1"));
        Assert.Empty(States());
        Assert.Empty(Rejections());

        Send(Siu("S12", "7", "P1"));

        Assert.Equal(["F7 of P1^H: Reserved", "F7 of P1^H: Associated visit V1 at ROOM1"], States());
        _driver.AdvanceWallClockTime(TimeSpan.FromHours(1));
        Assert.Empty(Rejections());
    }

    [Fact]
    public void S4_6_a_parked_association_is_reported_once_after_its_time_limit()
    {
        Send(Adt("A04", "P1", "V1"));
        _driver.AdvanceWallClockTime(TimeSpan.FromMinutes(29));
        Assert.Empty(Rejections());

        _driver.AdvanceWallClockTime(TimeSpan.FromMinutes(2));
        var rejection = Assert.Single(Rejections());
        Assert.Equal((RejectionReason.NoReservation, "ADT^A04", "visit V1", "hl7.inbound-0@0"), (rejection.Reason, rejection.Cause, rejection.Association, rejection.Origin));

        _driver.AdvanceWallClockTime(TimeSpan.FromHours(1));
        Send(Siu("S12", "7", "P1"));
        Assert.Equal("F7 of P1^H: Reserved", Last());
        Assert.Empty(Rejections());
    }

    [Fact]
    public void S4_6_what_is_parked_survives_a_restart()
    {
        Send(Adt("A04", "P1", "V1"));
        Restart();

        Send(Siu("S12", "7", "P1"));

        Assert.Equal("F7 of P1^H: Associated visit V1 at ROOM1", Last());
    }

    [Fact]
    public void S4_6_an_association_whose_reservation_was_cancelled_before_is_reported_as_that()
    {
        Send(Siu("S12", "7", "P1"));
        Send(Siu("S15", "7", "P1", 10));
        Send(Adt("A04", "P1", "V1", 20));
        _driver.AdvanceWallClockTime(TimeSpan.FromMinutes(31));

        Assert.Equal("F7 of P1^H: Cancelled (cancel)", Last());
        Assert.Equal(RejectionReason.ReservationCancelled, Assert.Single(Rejections()).Reason);
    }

    [Theory]
    [InlineData("S15", "Cancelled (cancel)")]
    [InlineData("S16", "Cancelled (discontinue)")]
    [InlineData("S17", "Cancelled (delete)")]
    [InlineData("S26", "Expired (no-show)")]
    public void S4_7_scheduling_messages_end_reservations_also_when_they_overtake_them(string trigger, string state)
    {
        Send(Siu("S12", "1", "P1"));
        Send(Siu(trigger, "1", "P1", 10));
        Assert.Equal($"F1 of P1^H: {state}", Last());

        Send(Siu(trigger, "2", "P2", 10));
        Send(Siu("S12", "2", "P2"));
        Assert.Equal($"F2 of P2^H: {state}", Last());
    }

    [Fact]
    public void S4_7_a_rescheduled_reservation_has_its_newest_time_in_whichever_order_the_messages_come()
    {
        Send(Siu("S13", "7", "P1", 10, 600));
        Send(Siu("S12", "7", "P1", 0, 60));
        Send(Siu("S14", "7", "P1", 20, null));

        var state = Records().Last();
        Assert.Equal(Ten.AddMinutes(600).ToUnixTimeMilliseconds(), state.Start);
        Assert.Equal((RejectionReason.Superseded, "SIU^S12"), Assert.Single(Rejections()) is var r ? (r.Reason, r.Cause) : default);
    }

    [Fact]
    public void S4_7_a_no_show_is_undone_by_the_user_who_is_there_and_by_another_appointment()
    {
        Send(Siu("S12", "7", "P1", 0, 60));
        Send(Siu("S26", "7", "P1", 90));
        Assert.Equal("F7 of P1^H: Expired (no-show)", Last());

        Send(Siu("S13", "7", "P1", 100, 2000));
        Assert.Equal("F7 of P1^H: Reserved", Last());

        Send(Siu("S26", "7", "P1", 2100));
        Send(Adt("A04", "P1", "V1", 1990));
        Assert.Equal("F7 of P1^H: Associated visit V1 at ROOM1", Last());
    }

    [Theory]
    [InlineData("ADT^A01")]
    [InlineData("ADT^A04")]
    [InlineData("ADT^A05")]
    [InlineData("ORM^O01")]
    [InlineData("OMG^O19")]
    [InlineData("OMI^O23")]
    public void S4_7_admissions_and_orders_make_associations_and_their_cancellation_ends_them(string kind)
    {
        Send(Siu("S12", "7", "P1"));
        var isVisit = kind.StartsWith("ADT", StringComparison.Ordinal);

        Send(isVisit ? Adt(kind[4..], "P1", "V1", 1) : Orm("NW", "O1", "P1", 1, kind));
        Assert.Equal(isVisit ? "F7 of P1^H: Associated visit V1 at ROOM1" : "F7 of P1^H: Associated order O1", Last());

        Send(isVisit ? Adt("A11", "P1", "V1", 2) : Orm("CA", "O1", "P1", 2, kind));
        Assert.Equal("F7 of P1^H: Reserved", Last());
    }

    [Fact]
    public void S4_7_an_update_changes_the_place_and_makes_nothing()
    {
        Send(Siu("S12", "7", "P1"));
        Send(Adt("A08", "P1", "V1", 1, "ROOM2"));
        Assert.Equal("F7 of P1^H: Reserved", Last());
        Send(Adt("A04", "P1", "V1"));
        Assert.Equal("F7 of P1^H: Associated visit V1 at ROOM2", Last());
        Send(Adt("A08", "P1", "V1", 5, "ROOM3"));
        Assert.Equal("F7 of P1^H: Associated visit V1 at ROOM3", Last());
        Send(Message("ADT^A31", 6, null, "PID|1||P1^^^H^MR"));
        Assert.Empty(States());
    }

    [Fact]
    public void S4_7_a_cancellation_of_nothing_is_reported_after_the_time_limit()
    {
        Send(Adt("A11", "P1", "V1"));
        _driver.AdvanceWallClockTime(TimeSpan.FromMinutes(31));

        Assert.Equal(RejectionReason.NothingToCancel, Assert.Single(Rejections()).Reason);
    }

    [Fact]
    public void S4_7_an_association_moves_to_a_better_reservation()
    {
        Send(Siu("S12", "1", "P1", startMinute: 600));
        Send(Adt("A04", "P1", "V1", 58));
        Assert.Equal("F1 of P1^H: Associated visit V1 at ROOM1", Last());

        Send(Siu("S12", "2", "P1", startMinute: 60));

        Assert.Equal(["F2 of P1^H: Reserved", "F1 of P1^H: Reserved", "F2 of P1^H: Associated visit V1 at ROOM1"], States());
        Assert.Equal("F1: Associated -> Reserved by re-link", Moves()[^2]);
    }

    [Theory]
    [InlineData("A40", "P1", "P2")]
    [InlineData("A40", "P2", "P1")]
    [InlineData("A47", "P1", "P2")]
    public void S4_7_reservations_of_a_merged_user_belong_to_the_surviving_one(string trigger, string old, string survivor)
    {
        Send(Siu("S12", "7", old));
        Send(Merge(old, survivor, 5, trigger));
        Assert.Equal($"F7 of {survivor}^H: Reserved", Last());

        Send(Adt("A04", survivor, "V1", 10));
        Assert.Equal($"F7 of {survivor}^H: Associated visit V1 at ROOM1", Last());

        Send(Siu("S12", "8", old, 20, 600));
        Assert.Equal($"F8 of {survivor}^H: Reserved", Last());
    }

    [Fact]
    public void S4_7_merges_chain_in_whichever_order_they_come_and_may_come_before_all_else()
    {
        Send(Merge("P2", "P3", 2));
        Send(Merge("P1", "P2", 1));
        Send(Adt("A04", "P3", "V1", 3));
        Send(Siu("S12", "7", "P1"));

        Assert.Equal("F7 of P3^H: Associated visit V1 at ROOM1", Last());
    }

    [Fact]
    public void S4_7_merges_that_contradict_each_other_come_to_an_end_and_the_later_one_counts()
    {
        Send(Siu("S12", "7", "P1"));
        Send(Merge("P1", "P2", 1));
        Send(Merge("P2", "P1", 2));

        Assert.Equal("F7 of P1^H: Reserved", Last());
    }

    [Fact]
    public void S4_7_a_reservation_may_become_another_users()
    {
        Send(Siu("S12", "7", "P1"));
        Send(Adt("A04", "P1", "V1", 1));
        Send(Siu("S14", "7", "P2", 10));
        Assert.Equal("F7 of P2^H: Reserved", Last());

        Send(Adt("A04", "P2", "V2", 11));
        Assert.Equal("F7 of P2^H: Associated visit V2 at ROOM1", Last());
        _driver.AdvanceWallClockTime(TimeSpan.FromMinutes(31));
        Assert.Equal("visit V1", Assert.Single(Rejections()).Association);
    }

    [Fact]
    public void S4_7_a_message_without_user_or_number_or_that_is_none_is_reported_and_other_kinds_are_passed_over()
    {
        Send(Message("SIU^S12", 0, null, "SCH|1|2"));
        Send(Message("SIU^S12", 0, null, "SCH|", "PID|1||P1^^^H^MR"));
        Send(Message("SIU^S12", 0, null, "PID|1||P1^^^H^MR"));
        Send(Message("ADT^A40", 0, null, "PID|1||P1^^^H^MR"));
        Send("no message"u8.ToArray());
        Send(Message("ORU^R01", 0, null, "PID|1||P1^^^H^MR"));

        Assert.Equal(
            [RejectionReason.NoUser, RejectionReason.NoNumber, RejectionReason.NoNumber, RejectionReason.NoPriorNumber, RejectionReason.Unreadable],
            Rejections().Select(r => r.Reason));
    }

    [Fact]
    public void What_ended_long_ago_is_forgotten()
    {
        Send(Siu("S12", "7", "P1"));
        Send(Adt("A04", "P1", "V1", 1));
        Send(Adt("A04", "P2", "V2", 1));

        _driver.AdvanceWallClockTime(TimeSpan.FromDays(92));

        Assert.Empty(_driver.GetKeyValueStore<string, UserEntry>(ReservationsTopology.CacheStore).All());
        Assert.Empty(_driver.GetKeyValueStore<string, NumberRecord>(ReservationsTopology.RecordsStore).All());
        Assert.Empty(_driver.GetKeyValueStore<string, string>("reservation-cache-times").All());
        Assert.Empty(_driver.GetKeyValueStore<string, string>("reservation-record-times").All());
        Assert.Null(_driver.CreateOutputTopic(Options.StateTopic, Serdes.String, ReservationSerdes.State).ReadRecords()[^1].Value);
    }

    [Fact]
    public void S4_7_a_day_of_real_messages_is_read()
    {
        var folder = Path.Combine(Support.Repository.Data, "hl7");
        foreach (var file in Directory.EnumerateFiles(folder, "*.hl7").Order(StringComparer.Ordinal))
            Send(File.ReadAllBytes(file));

        var last = Records().GroupBy(s => s.Number).Select(g => g.Last()).ToList();
        Assert.Equal(ReservationStatus.Cancelled, Assert.Single(last, s => s.Number == "36996").Status);
        Assert.DoesNotContain(Rejections(), r => r.Reason == RejectionReason.Unreadable);
    }

    private TopologyTestDriver Driver()
    {
        var builder = new StreamsBuilder();
        ReservationsTopology.Build(builder, Options);
        return new(builder.Build(), new() { StateDirectory = _folder, WallClockStart = Ten });
    }

    private void Restart()
    {
        _driver.Dispose();
        _driver = Driver();
    }

    private void Send(byte[] message) =>
        _driver.CreateInputTopic(Options.InboundTopic, Serdes.Bytes, Serdes.Bytes).PipeInput("HIS|H"u8.ToArray(), message);

    private List<ReservationState> Records() =>
        [.. _driver.CreateOutputTopic(Options.StateTopic, Serdes.String, ReservationSerdes.State).ReadRecords().Select(r => r.Value!)];

    private List<string> States() => [.. Records().Select(Text)];

    private string Last() => States()[^1];

    private List<string> Moves() =>
    [
        .. _driver.CreateOutputTopic(Options.TransitionsTopic, Serdes.String, ReservationSerdes.Transition).ReadRecords()
            .Select(r => $"{r.Value!.Number}: {r.Value.From} -> {r.Value.To} by {r.Value.Cause}"),
    ];

    private List<Rejection> Rejections() =>
        [.. _driver.CreateOutputTopic(Options.RejectedTopic, Serdes.String, ReservationSerdes.Rejection).ReadRecords().Select(r => r.Value!)];

    private static string Text(ReservationState state)
    {
        var reason = state.Reason is null ? string.Empty : $" ({state.Reason})";
        var places = state.Places.IsEmpty ? string.Empty : $" at {string.Join(", ", state.Places)}";
        var associations = state.Associations.IsEmpty ? string.Empty : $" {string.Join(", ", state.Associations)}";
        return $"{state.Number} of {state.User}: {state.Status}{reason}{associations}{places}";
    }
}
