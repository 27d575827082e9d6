using MedStreams.Topologies.Synchronisation;

namespace MedStreams.Topologies.Tests.Synchronisation;

/// <summary>The rules S2.1 to S2.9 on one shard, by the test driver's clock.</summary>
public sealed class SynchronisationTests : IDisposable
{
    private static readonly DateOnly Today = SyncDriver.Today;
    private readonly SyncDriver _driver = new();

    private FakeOperators Operators => _driver.Operators;

    public void Dispose() => _driver.Dispose();

    [Fact]
    public void S2_1_S2_3_A_shard_works_several_enterprises_side_by_side_and_each_strictly_serially()
    {
        Operators.Answer("op", _ => null);
        Tell("acme", 3);
        Tell("brick", 3);
        _driver.Complete();

        _driver.RunRound();

        Assert.Equal(["1", "1"], Operators.Numbers);
        Operators.AnswerOpen(CallResult.Done);
        _driver.Settle();
        Assert.Equal(["1", "1", "2", "2"], Operators.Numbers);
        Assert.Equal(1, Operators.MostOfGroup);
    }

    [Fact]
    public void S2_2_Rounds_begin_by_the_timer()
    {
        Tell("acme", 1);
        _driver.Complete();
        _driver.RunRound();
        var first = _driver.States[^1].Round;

        _driver.Advance(_driver.Round * 3);

        Assert.Equal(first + 3, _driver.States[^1].Round);
    }

    [Fact]
    public void S2_3_A_shard_held_elsewhere_is_skipped()
    {
        Tell("acme", 1);
        _driver.Complete();
        var call = new CallAnnouncement(long.MaxValue, "op", "1", Today, _driver.Now, false);

        _driver.SendStep("#0", new ShardStep("another instance", 0, 1));
        _driver.SendStep("acme", new ShardStep("another instance", 0, 1, call));
        _driver.Tick();

        Assert.Empty(Operators.Calls);
        Assert.Equal(GroupState.Empty.Calling, _driver.Group("acme").Calling);
    }

    [Fact]
    public void S2_3_An_announcement_that_came_back_too_late_is_asked_for_again_before_its_call()
    {
        using var driver = new SyncDriver(new SynchronisationOptions { CallsAtOnce = 1 });
        driver.Operators.Answer("op", _ => null);
        driver.Tell("acme", "1");
        driver.Complete();
        driver.RunRound();
        var announced = driver.Group("acme").Calling!;
        driver.Restart(); // the new holder announces it as its own
        driver.Advance(TimeSpan.FromSeconds(1));

        Assert.NotEqual(announced.Serial, driver.Group("acme").Calling!.Serial);
        Assert.Equal([false, true], driver.Operators.Calls.Select(c => c.MayHaveBeenMade));
    }

    [Fact]
    public void S2_4_A_card_whose_date_has_not_come_is_skipped_until_it_comes()
    {
        using var driver = new SyncDriver(new SynchronisationOptions { LookInterval = TimeSpan.FromHours(1), RoundInterval = TimeSpan.FromHours(1) });
        driver.Tell("acme", "1", Today.AddDays(-1));
        driver.Tell("acme", "2", Today.AddDays(2));
        driver.Tell("acme", "3");
        driver.Complete();

        driver.RunRound();
        Assert.Equal(["1", "3"], driver.Operators.Numbers);
        driver.Advance(TimeSpan.FromHours(34));
        driver.Settle();
        Assert.Equal(2, driver.Operators.Calls.Count);

        driver.Advance(TimeSpan.FromHours(1)); // the first hour of the day
        driver.Settle();
        Assert.Equal(["1", "3", "2"], driver.Operators.Numbers);
    }

    [Fact]
    public void S2_5_An_unfinished_task_goes_on_from_its_position_and_a_finished_one_is_followed_by_a_new_one()
    {
        Tell("acme", 4);
        _driver.Complete();
        Operators.Answer("op", call => call.Card.Number == "3" ? CallResult.Throttled() : Operators.Do(call));

        _driver.RunRound();
        Assert.Equal(["1", "2", "3"], Operators.Numbers);
        var stopped = _driver.Group("acme").Tasks["op"];
        Assert.Equal(("2", true, 1L), (stopped.Position, stopped.IsRunning, stopped.Number));

        Operators.Heal("op");
        _driver.RunRound();
        Assert.Equal(["1", "2", "3", "3", "4"], Operators.Numbers);
        Assert.False(_driver.Group("acme").Tasks["op"].IsRunning);

        _driver.Tell("acme", "2", Today.AddDays(-1));
        _driver.RunRound();
        Assert.Equal(2, _driver.Group("acme").Tasks["op"].Number);
        Assert.Equal("2", Operators.Numbers.Last());
    }

    [Fact]
    public void S2_6_A_new_task_waits_until_all_data_it_depends_on_is_there()
    {
        Tell("acme", 1);
        _driver.Complete("another source");
        _driver.RunRound();
        Assert.Empty(Operators.Calls);
        Assert.Equal(GroupMachine.WaitsForData, _driver.Group("acme").Tasks["op"].Reason);
        Assert.False(_driver.States[^1].HasData);

        _driver.Complete(partitions: 2); // the other partition's marker has not come
        _driver.RunRound();
        Assert.Empty(Operators.Calls);

        _driver.Complete();
        _driver.RunRound();
        Assert.Single(Operators.Calls);
    }

    [Fact]
    public void S2_6_Data_that_is_too_old_is_not_there()
    {
        using var driver = new SyncDriver(new SynchronisationOptions { SourceMaxAge = TimeSpan.FromMinutes(1) });
        driver.Complete();
        driver.Advance(TimeSpan.FromMinutes(2));
        driver.Tell("acme", "1");

        driver.RunRound();
        Assert.Empty(driver.Operators.Calls);

        driver.Complete();
        driver.RunRound();
        Assert.Single(driver.Operators.Calls);
    }

    [Fact]
    public void S2_6_Changes_are_detected_by_digest_and_taken_over_by_the_next_task()
    {
        Operators.Answer("op", _ => CallResult.Refused("unknown product"));
        _driver.Tell("acme", "1");
        _driver.Tell("acme", "2");
        _driver.Complete();
        _driver.RunRound();
        Operators.Heal("op");

        _driver.Tell("acme", "1");
        _driver.RunRound();
        Assert.Equal(2, Operators.Calls.Count); // told again, unchanged

        _driver.Tell("acme", "1", status: "moved");
        _driver.RunRound();
        Assert.Equal(["1", "2", "1"], Operators.Numbers);
        Assert.Equal("moved", Operators.Calls[^1].Card.Fields["status"]);
    }

    [Fact]
    public void S2_6_A_card_that_is_gone_is_not_synchronised_any_more()
    {
        Operators.Answer("op", _ => CallResult.Throttled());
        Tell("acme", 2);
        _driver.Complete();
        _driver.RunRound();
        Operators.Heal("op");

        _driver.Remove("acme", "1");
        _driver.RunRound();

        Assert.Equal(["acme/2 2026-03-02"], Operators.Book);
    }

    [Fact]
    public void S2_7_Progress_is_read_back_after_a_crash_at_any_step()
    {
        Tell("acme", 5);
        _driver.Complete();
        Operators.Answer("op", call => call.Card.Number == "3" ? null : Operators.Do(call));
        _driver.RunRound();

        _driver.Restart(); // while the call for the third is on its way
        Operators.Heal("op");
        _driver.Advance(TimeSpan.FromSeconds(1));
        _driver.Settle();

        Assert.Equal(["1", "2", "3", "3", "4", "5"], Operators.Numbers);
        Assert.Equal([false, false, false, true, false, false], Operators.Calls.Select(c => c.MayHaveBeenMade));
        Assert.Equal(5, Operators.Book.Count);
    }

    [Theory]
    [InlineData(CallOutcome.Throttled)]
    [InlineData(CallOutcome.Unavailable)]
    [InlineData(CallOutcome.BreakerOpen)]
    public void S2_8_An_operator_that_fails_ends_the_round_of_its_cards_and_the_next_round_goes_on_there(CallOutcome outcome)
    {
        Operators.Answer("op", call => call.Card.Number == "2" ? new CallResult(outcome) { Reason = "no" } : Operators.Do(call));
        Tell("acme", 3);
        _driver.Complete();

        _driver.RunRound();
        Assert.Equal(["1", "2"], Operators.Numbers);
        Assert.Equal("1", _driver.Group("acme").Tasks["op"].Position);

        Operators.Heal("op");
        _driver.RunRound();
        Assert.Equal(["1", "2", "2", "3"], Operators.Numbers);
        Assert.Equal(3, Operators.Book.Count);
    }

    [Fact]
    public void S2_8_An_operator_that_hangs_slows_no_other_not_even_in_its_own_group()
    {
        using var driver = new SyncDriver(new SynchronisationOptions { CallLimit = TimeSpan.FromSeconds(3), CallsAtOnce = 2 });
        driver.Operators.Answer("hanging", _ => null);
        for (var e = 0; e < 5; e++)
        {
            driver.Tell($"mixed{e}", "1", name: "hanging");
            driver.Tell($"mixed{e}", "2", name: "well");
            driver.Tell($"pure{e}", "1", name: "well");
        }

        driver.Complete();
        driver.Advance(TimeSpan.FromSeconds(1));
        driver.Settle();
        Assert.Equal(8, driver.Operators.Book.Count); // only two groups wait for the operator that hangs
        Assert.Equal(2, driver.Operators.Open.Count);

        driver.Advance(TimeSpan.FromSeconds(3));
        driver.Settle();
        Assert.Equal(10, driver.Operators.Book.Count);
        Assert.True(driver.Operators.Open[0].Cancellation.IsCancellationRequested);
    }

    [Fact]
    public void S2_8_An_open_breaker_is_asked_once_in_a_round_and_told()
    {
        var until = DateTimeOffset.FromUnixTimeMilliseconds(_driver.Now) + TimeSpan.FromMinutes(1);
        using var driver = new SyncDriver(new SynchronisationOptions { CallsAtOnce = 1 });
        driver.Operators.Answer("op", _ => CallResult.BreakerOpen(until));
        for (var e = 0; e < 5; e++)
            driver.Tell($"e{e}", "1");
        driver.Complete();

        driver.RunRound();
        driver.RunRound();

        Assert.Single(driver.Operators.Calls);
        var state = Assert.Single(driver.States[^1].Operators);
        Assert.True(state.IsBreakerOpen);
        Assert.Equal((5, until.ToUnixTimeMilliseconds()), (state.Left, state.HeldUntil));

        driver.Operators.Heal("op");
        driver.Advance(TimeSpan.FromMinutes(1));
        driver.Settle();
        Assert.Equal(5, driver.Operators.Book.Count);
    }

    [Fact]
    public void S2_8_A_card_that_the_operator_never_answers_for_does_not_keep_the_others_waiting_and_is_not_forgotten()
    {
        Operators.Answer("op", call => call.Card.Number == "1" ? CallResult.Unavailable("500") : Operators.Do(call));
        Tell("acme", 3);
        _driver.Complete();

        for (var i = 0; i < 7; i++)
            _driver.RunRound();
        Assert.Equal(["acme/2 2026-03-02", "acme/3 2026-03-02"], Operators.Book);

        Operators.Heal("op");
        for (var i = 0; i < 3; i++)
            _driver.RunRound();
        Assert.Contains("acme/1 2026-03-02", Operators.Book);
    }

    [Fact]
    public void S2_9_No_card_is_synchronised_twice_for_a_date_also_when_it_goes_and_comes_back()
    {
        _driver.Tell("acme", "1");
        _driver.Complete();
        _driver.RunRound();

        _driver.Tell("acme", "1", Today.AddDays(-5));
        _driver.RunRound();
        _driver.Tell("acme", "1", status: "moved");
        _driver.RunRound();
        _driver.Remove("acme", "1");
        _driver.RunRound();
        _driver.Tell("acme", "1");
        _driver.RunRound();

        Assert.Equal(["2026-03-02", "2026-02-25"], Operators.Calls.Select(c => c.Due.ToString("yyyy-MM-dd", null)));
        Assert.Equal(2, _driver.Results.Count);
    }

    [Fact]
    public void Results_tell_card_date_outcome_time_and_attempts()
    {
        Operators.Answer("op", _ => CallResult.Throttled());
        Tell("acme", 1);
        _driver.Complete();
        _driver.RunRound();
        Operators.Heal("op");
        _driver.RunRound();

        var (key, result) = Assert.Single(_driver.Results);
        Assert.Equal(new CardKey("acme", "1"), key);
        Assert.Equal(("acme", "1", "op", Today, CallOutcome.Done, 2, 1L), (result.Enterprise, result.Number, result.Operator, result.Due, result.Outcome, result.Attempts, result.Task));
    }

    [Fact]
    public void A_pause_holds_calls_back_and_keeps_the_progress()
    {
        _driver.Say(new SyncControl(SyncVerb.Pause, _driver.Now) { Enterprise = "acme", IsPaused = true });
        Tell("acme", 1);
        Tell("brick", 1);
        _driver.Complete();
        _driver.RunRound();
        Assert.Equal(["brick/1 2026-03-02"], Operators.Book);

        _driver.Say(new SyncControl(SyncVerb.Pause, _driver.Now + 1) { Enterprise = "acme", IsPaused = false });
        _driver.Advance(TimeSpan.FromSeconds(1)); // a word is seen before the next round is due
        _driver.Settle();
        Assert.Equal(2, Operators.Book.Count);
    }

    private void Tell(string enterprise, int cards)
    {
        for (var number = 1; number <= cards; number++)
            _driver.Tell(enterprise, $"{number}");
    }
}
