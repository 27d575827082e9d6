using MedStreams.Streams.Testing;

namespace MedStreams.Streams.Tests.Manners;

/// <summary>What the samples answer, as their readers would test them.</summary>
public sealed class SampleTests
{
    private const long Minute = 60_000;

    [Fact]
    public void Words_are_counted()
    {
        using var driver = new TopologyTestDriver(Samples.WordCount());
        driver.CreateInputTopic("lines", Serdes.String, Serdes.String).PipeInput([("1", "to be or not"), ("2", "to be")]);

        Assert.Equal(2, driver.GetTimestampedKeyValueStore<string, long?>("words").Get("be")!.Value.Value);
        Assert.Equal(2, driver.CreateOutputTopic("counts", Serdes.String, Serdes.Int64).ReadLastValues()["to"]);
    }

    [Fact]
    public void Admissions_go_where_their_priority_says()
    {
        using var driver = new TopologyTestDriver(Samples.Triage());
        var admissions = driver.CreateInputTopic("admissions", Serdes.String, ModelSerdes.Of<Admission>());
        admissions.PipeInput([("a", new("a", "w", 9)), ("b", new("b", "w", 5)), ("c", new("c", "w", 1))]);

        Assert.Equal("a", Patient("emergency"));
        Assert.Equal("b", Patient("urgent"));
        Assert.Equal("c", Patient("normal"));
        string Patient(string topic) => driver.CreateOutputTopic(topic, Serdes.String, ModelSerdes.Of<Admission>()).ReadValue().Patient;
    }

    [Fact]
    public void An_admission_is_placed_with_or_without_a_known_ward()
    {
        using var driver = new TopologyTestDriver(Samples.Placement());
        driver.CreateInputTopic("wards", Serdes.String, ModelSerdes.Of<Ward>()).PipeInput("surgery", new("surgery", 20));
        var admissions = driver.CreateInputTopic("admissions", Serdes.String, ModelSerdes.Of<Admission>());
        admissions.PipeInput([("1", new("Ann", "surgery", 1)), ("2", new("Ben", "attic", 1))]);

        Assert.Equal(
            [new Placed("Ann", "surgery", 20), new Placed("Ben", "attic", null)],
            driver.CreateOutputTopic("placed", Serdes.String, ModelSerdes.Of<Placed>()).ReadValues());
    }

    [Fact]
    public void A_patient_has_a_physician_or_nobody()
    {
        using var driver = new TopologyTestDriver(Samples.PhysicianOfPatient());
        var patients = driver.CreateInputTopic("patients", Serdes.String, ModelSerdes.Of<Patient>());
        driver.CreateInputTopic("physicians", Serdes.String, Serdes.String).PipeInput("p1", "Dr. Grey");
        patients.PipeInput([("1", new("Ann", "p1")), ("2", new("Ben", null)), ("3", new("Cleo", "p9"))]);

        Assert.Equal(
            ["Ann: Dr. Grey", "Ben: nobody", "Cleo: nobody"],
            driver.CreateOutputTopic("responsible", Serdes.String, Serdes.String).ReadLastValues().OrderBy(e => e.Key).Select(e => e.Value));
    }

    [Fact]
    public void Beds_are_taken_and_left()
    {
        using var driver = new TopologyTestDriver(Samples.Occupancy());
        driver.CreateInputTopic("wards", Serdes.String, ModelSerdes.Of<Ward>()).PipeInput([("a", new("a", 3)), ("b", new("b", 2))]);
        var current = driver.CreateInputTopic("current-admissions", Serdes.String, ModelSerdes.Of<Admission>());
        current.PipeInput([("1", new("1", "a", 1)), ("2", new("2", "a", 1)), ("1", new("1", "b", 1))]);

        var last = driver.CreateOutputTopic("occupancy", Serdes.String, Serdes.String).ReadLastValues();
        Assert.Equal(("1 of 3", "1 of 2"), (last["a"], last["b"]));
    }

    [Fact]
    public void A_minute_is_told_once_when_it_is_over()
    {
        using var driver = new TopologyTestDriver(Samples.AdmissionsPerMinute());
        var admissions = driver.CreateInputTopic("admissions", Serdes.String, ModelSerdes.Of<Admission>());
        admissions.PipeInput("1", new("1", "a", 1), 1_000);
        admissions.PipeInput("2", new("2", "a", 1), 59_000);
        admissions.PipeInput("3", new("3", "a", 1), Minute + 9_000);
        admissions.PipeInput("4", new("4", "a", 1), 30_000);
        var minutes = driver.CreateOutputTopic("per-minute", Serdes.String, Serdes.Int64);
        Assert.True(minutes.IsEmpty);
        admissions.PipeInput("5", new("5", "a", 1), Minute + 10_000);
        admissions.PipeInput("6", new("6", "a", 1), 31_000);

        Assert.Equal(("a@0", 3L), minutes.ReadKeyValue());
        Assert.True(minutes.IsEmpty);
    }

    [Fact]
    public void Values_of_the_last_minute_stand_together()
    {
        using var driver = new TopologyTestDriver(Samples.MeanOfTests());
        var results = driver.CreateInputTopic("results", Serdes.String, ModelSerdes.Of<Result>());
        results.PipeInput("p", new("p", "Na", 140), 0);
        results.PipeInput("p", new("p", "Na", 141), Minute / 2);
        results.PipeInput("p", new("p", "Na", 142), 2 * Minute);

        var values = driver.CreateOutputTopic("values", Serdes.String, Serdes.String).ReadValues();
        Assert.Contains("140.0+141.0", values);
        Assert.Equal("142.0", values[^1]);
    }

    [Fact]
    public void Movements_without_a_pause_are_one_path()
    {
        using var driver = new TopologyTestDriver(Samples.Visits());
        var movements = driver.CreateInputTopic("movements", Serdes.String, Serdes.String);
        movements.PipeInput("p", "A", 0);
        movements.PipeInput("p", "B", 2 * Minute);
        movements.PipeInput("p", "C", 20 * Minute);

        Assert.Equal(
            ["AB", "C"], driver.GetSessionStore<string, string>("visits").Fetch("p").Select(s => s.Value));
        Assert.Equal(
            ["C", "AB"], driver.GetSessionStore<string, string>("visits").BackwardFetch("p").Select(s => s.Value));
    }

    [Fact]
    public void An_order_without_a_result_is_told_when_its_time_is_over()
    {
        using var driver = new TopologyTestDriver(Samples.ResultsOfOrders());
        var orders = driver.CreateInputTopic("orders", Serdes.String, Serdes.String);
        orders.PipeInput("1", "Na", 0);
        driver.CreateInputTopic("results", Serdes.String, Serdes.Double).PipeInput("1", 140, 1_000);
        orders.PipeInput("2", "K", 2_000);
        orders.PipeInput("3", "Cl", 10 * Minute);

        var answered = driver.CreateOutputTopic("answered", Serdes.String, Serdes.String);
        Assert.Equal(["Na: 140", "K: open"], answered.ReadValues());
    }

    [Fact]
    public void What_several_topics_tell_comes_together()
    {
        using var driver = new TopologyTestDriver(Samples.Everything());
        driver.CreateInputTopic("pulses", Serdes.String, Serdes.Int32).PipeInput("p", 70);
        driver.CreateInputTopic("notes", Serdes.String, Serdes.String).PipeInput("p", "well");

        Assert.Equal("chart: 70 \"well\"", driver.CreateOutputTopic("charts", Serdes.String, Serdes.String).ReadLastValues()["p"]);
    }

    [Fact]
    public void A_global_table_enriches_by_any_field()
    {
        using var driver = new TopologyTestDriver(Samples.Enriched());
        driver.CreateInputTopic("wards", Serdes.String, ModelSerdes.Of<Ward>()).PipeInput("a", new("a", 7));
        var admissions = driver.CreateInputTopic("admissions", Serdes.String, ModelSerdes.Of<Admission>());
        admissions.PipeInput([("1", new("Ann", "a", 1)), ("2", new("Ben", "nowhere", 1))]);

        Assert.Equal(["Ann in one of 7"], driver.CreateOutputTopic("enriched", Serdes.String, Serdes.String).ReadValues());
    }

    [Fact]
    public void A_message_comes_through_once_an_hour()
    {
        using var driver = new TopologyTestDriver(Samples.WithoutDuplicates());
        var messages = driver.CreateInputTopic("messages", Serdes.String, Serdes.String);
        messages.PipeInput("k", "a", 0);
        messages.PipeInput("k", "a", Minute);
        messages.PipeInput("k", "b", 2 * Minute);
        messages.PipeInput("other", "x", 180 * Minute);
        messages.PipeInput("k", "b", 181 * Minute);

        Assert.Equal(["a", "b", "x", "b"], driver.CreateOutputTopic("unique", Serdes.String, Serdes.String).ReadValues());
    }

    [Fact]
    public void An_old_admission_meets_the_ward_of_its_time()
    {
        using var driver = new TopologyTestDriver(Samples.History());
        var wards = driver.CreateInputTopic("wards", Serdes.String, ModelSerdes.Of<Ward>());
        wards.PipeInput("a", new("a", 3), 0);
        wards.PipeInput("a", new("a", 9), 10 * Minute);
        driver.CreateInputTopic("admissions", Serdes.String, ModelSerdes.Of<Admission>()).PipeInput("1", new("Ann", "a", 1), 5 * Minute);

        Assert.Equal("Ann: 3 beds then", driver.CreateOutputTopic("then", Serdes.String, Serdes.String).ReadValue());
    }

    [Fact]
    public void A_record_chooses_its_topic()
    {
        using var driver = new TopologyTestDriver(Samples.Routed());
        driver.CreateInputTopic("admissions", Serdes.String, ModelSerdes.Of<Admission>())
            .PipeInput([("1", new("Ann", "a", 1)), ("2", new("Ben", "b", 1))]);

        Assert.Contains("ward-a", driver.ProducedTopicNames);
        Assert.Equal("Ben", driver.CreateOutputTopic("ward-b", Serdes.String, ModelSerdes.Of<Admission>()).ReadValue().Patient);
    }

    [Fact]
    public void The_highest_priority_of_a_ward_is_watched()
    {
        using var driver = new TopologyTestDriver(Samples.HighestPriority());
        driver.CreateInputTopic("admissions", Serdes.String, ModelSerdes.Of<Admission>())
            .PipeInput([("1", new("Ann", "a", 3)), ("2", new("Ben", "a", 7)), ("3", new("Cleo", "a", 6))]);

        Assert.Equal("Ben", driver.CreateOutputTopic("watch", Serdes.String, Serdes.String).ReadLastValues()["a"]);
    }

    [Fact]
    public void Doses_add_up()
    {
        using var driver = new TopologyTestDriver(Samples.Totals());
        driver.CreateInputTopic("doses", Serdes.String, Serdes.Int32).PipeInput([("p", 5), ("p", 7), ("q", 1)]);

        var totals = driver.CreateOutputTopic("totals", Serdes.String, Serdes.Int32).ReadLastValues();
        Assert.Equal((12, 1), (totals["p"], totals["q"]));
    }
}
