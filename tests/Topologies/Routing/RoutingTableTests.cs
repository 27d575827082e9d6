using MedStreams.Topologies.Increments;

namespace MedStreams.Topologies.Tests.Routing;

public sealed class RoutingTableTests
{
    private static readonly LogEvent Event = new()
    {
        Time = 0,
        Format = "syslog",
        Source = "campus",
        Host = "node7.campus",
        Product = "sshd",
        Component = "sshd",
        EventType = "Failed password for <*> from <*> port <*> ssh2",
        Severity = Severity.Error,
        Attributes = new(new LogAttribute("facility", "auth")),
    };

    [Theory]
    [InlineData("host", "node7.campus", null, null, true)]
    [InlineData("host", "node7", null, null, false)]
    [InlineData("host", null, "node7", null, true)]
    [InlineData("host", null, "ode7", null, false)]
    [InlineData("host", null, null, "node?.*", true)]
    [InlineData("host", null, null, "node??.*", false)]
    [InlineData("source", "campus", null, null, true)]
    [InlineData("product", "sshd", null, null, true)]
    [InlineData("component", null, null, "ssh*", true)]
    [InlineData("component", null, null, "SSH*", false)]
    [InlineData("eventType", null, "Failed ", null, true)]
    [InlineData("format", "syslog", null, null, true)]
    [InlineData("severity", "Error", null, null, true)]
    [InlineData("attributes.facility", "auth", null, null, true)]
    [InlineData("attributes.absent", "", null, null, true)]
    [InlineData("attributes.absent", "x", null, null, false)]
    public void Conditions_ask_a_field(string field, string? equal, string? prefix, string? pattern, bool holds)
    {
        var table = RoutingTable.Create([Rule("a", "hit", new RoutingCondition { Field = field, Is = equal, StartsWith = prefix, Like = pattern })]);

        Assert.Equal(holds ? "hit" : "other", table.Route(Event));
    }

    [Fact]
    public void The_first_rule_that_holds_wins_and_all_its_conditions_must()
    {
        var table = RoutingTable.Create(
        [
            Rule("a", "first", Is("format", "syslog"), Is("host", "elsewhere")),
            Rule("b", "second", Is("format", "syslog"), Is("product", "sshd")),
            Rule("c", "third", Is("format", "syslog")),
        ]);

        Assert.Equal("second", table.Route(Event));
        Assert.Equal(["first", "second", "third", "other"], table.Products);
    }

    [Fact]
    public void A_rule_without_conditions_catches_all_that_is_left()
    {
        var table = RoutingTable.Create([Rule("a", "x", Is("format", "json")), Rule("rest", "y")]);

        Assert.Equal("y", table.Route(Event));
    }

    [Fact]
    public void A_product_of_several_rules_is_one_product() =>
        Assert.Equal(
            ["x", "other"],
            RoutingTable.Create([Rule("a", "x", Is("format", "json")), Rule("b", "x", Is("format", "hl7"))]).Products);

    [Fact]
    public void An_empty_table_is_refused() => Problem([], "no rule");

    [Fact]
    public void Two_rules_of_one_name_are_refused() =>
        Problem([Rule("a", "x", Is("format", "json")), Rule("a", "y", Is("format", "hl7"))], "'a' stands there twice");

    [Fact]
    public void A_rule_without_name_is_refused() => Problem([Rule("", "x", Is("format", "json"))], "number 1 has no name");

    [Fact]
    public void A_rule_without_product_is_refused() => Problem([Rule("a", "", Is("format", "json"))], "'a' has no product");

    [Theory]
    [InlineData("radio logy")]
    [InlineData("a/b")]
    [InlineData("größe")]
    public void A_product_that_is_no_topic_name_is_refused(string product) =>
        Problem([Rule("a", product, Is("format", "json"))], "'a' has the product");

    [Fact]
    public void A_product_that_is_too_long_is_refused() =>
        Problem([Rule("a", new string('x', 242), Is("format", "json"))], "more than 249");

    [Fact]
    public void A_rule_behind_one_that_takes_everything_is_refused() =>
        Problem([Rule("all", "x"), Rule("b", "y", Is("format", "json"))], "'b' is never asked, since the rule 'all'");

    [Fact]
    public void A_rule_with_the_conditions_of_an_earlier_one_is_refused() =>
        Problem(
            [
                Rule("a", "x", Is("format", "json"), Is("host", "h")),
                Rule("b", "y", Is("host", "h"), Is("format", "json")),
            ],
            "'b' is never asked");

    [Fact]
    public void An_unknown_field_is_refused() => Problem([Rule("a", "x", Is("colour", "red"))], "the field 'colour'");

    [Fact]
    public void An_unknown_severity_is_refused() => Problem([Rule("a", "x", Is("severity", "bad"))], "the severity 'bad'");

    [Fact]
    public void A_condition_has_exactly_one_test()
    {
        Problem([Rule("a", "x", new RoutingCondition { Field = "host" })], "with 0 tests");
        Problem([Rule("a", "x", new RoutingCondition { Field = "host", Is = "a", Like = "b" })], "with 2 tests");
    }

    [Fact]
    public void All_problems_are_told_at_once() =>
        Assert.Equal(
            3,
            Assert.Throws<RoutingTableException>(
                () => RoutingTable.Create([Rule("a", "x y", Is("colour", "red")), Rule("a", "z", Is("host", "h"))])).Problems.Count);

    private static void Problem(RoutingRule[] rules, string words) =>
        Assert.Contains(words, Assert.Throws<RoutingTableException>(() => RoutingTable.Create(rules)).Message);

    private static RoutingRule Rule(string name, string product, params RoutingCondition[] when) =>
        new() { Name = name, Product = product, When = when };

    private static RoutingCondition Is(string field, string value) => new() { Field = field, Is = value };
}
