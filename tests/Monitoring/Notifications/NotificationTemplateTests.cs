using System.Text.Json;
using MedStreams.Monitoring.Notifications;

namespace MedStreams.Monitoring.Tests.Notifications;

/// <summary>Texts with places to fill.</summary>
public sealed class NotificationTemplateTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 21, 8, 30, 0, TimeSpan.Zero);
    private static readonly StatusEvent One = new(StatusEventKind.Opened, "lab", "a\"b\nc", "ERR", "OK", 12, "in-0 STOP 12", Time.AddMinutes(-2), Time);

    [Fact]
    public void The_default_body_is_JSON_whatever_a_group_is_named()
    {
        using var body = JsonDocument.Parse(new NotificationTemplate(NotificationTemplate.DefaultJson, isJson: true).Fill([One, One with { Group = "his", Kind = StatusEventKind.Closed }]));

        Assert.Equal(2, body.RootElement.GetProperty("count").GetInt32());
        var events = body.RootElement.GetProperty("events");
        Assert.Equal(2, events.GetArrayLength());
        Assert.Equal(("a\"b\nc", 12, "opened"), (events[0].GetProperty("group").GetString(), events[0].GetProperty("lag").GetInt32(), events[0].GetProperty("event").GetString()));
        Assert.Equal(("his", "closed", "2026-11-21T08:28:00Z"), (events[1].GetProperty("group").GetString(), events[1].GetProperty("event").GetString(), events[1].GetProperty("since").GetString()));
    }

    [Fact]
    public void A_subject_is_one_line()
    {
        var subject = new NotificationTemplate(NotificationTemplate.DefaultSubject, isJson: false).Fill([One]);
        Assert.Equal("[MedStreams] 1 change(s): a\"b c on lab is ERR", subject);
    }

    [Theory]
    [InlineData("{{#events}}{{group}}{{^last}}, {{/last}}{{#last}}.{{/last}}{{/events}}", "a\"b c, x.")]
    [InlineData("no place", "no place")]
    [InlineData("{{ count }}{ {count} }", "2{ {count} }")]
    public void Sections_are_repeated_and_left_out(string template, string expected) =>
        Assert.Equal(expected, new NotificationTemplate(template, isJson: false).Fill([One, One with { Group = "x" }]));

    [Theory]
    [InlineData("{{patient}}")]
    [InlineData("{{count")]
    [InlineData("{{#events}}")]
    [InlineData("{{/events}}")]
    [InlineData("{{#events}}{{^last}}{{/events}}{{/last}}")]
    [InlineData("{{#events}}{{#events}}{{/events}}{{/events}}")]
    public void What_cannot_be_filled_is_refused(string template) =>
        Assert.Throws<ArgumentException>(() => new NotificationTemplate(template, isJson: false));
}
