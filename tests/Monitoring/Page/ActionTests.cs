using System.Net;
using System.Text.Json;
using MedStreams.Monitoring.Page;

namespace MedStreams.Monitoring.Tests.Page;

public sealed class ActionTests
{
    [Fact]
    public async Task What_an_operator_does_is_written_before_it_begins_and_before_it_is_acknowledged()
    {
        var audit = new ListAudit();
        var written = -1;
        var action = new SetAction(_ =>
        {
            written = audit.Entries.Count;
            return PageReply.Json(new { Ok = true });
        });
        await using var host = await PageHost.StartAsync(PageHost.Options(new PageContent { Actions = [action] }, audit));
        var browser = await host.LoggedInAsync();
        using var response = await browser.PostAsync("/api/things/seven/do", "{}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, written);
        Assert.Equal([AuditOutcome.Requested, AuditOutcome.Done], audit.Entries.Select(e => e.Outcome));
        Assert.All(audit.Entries, e => Assert.Equal(("oper", "things.do", "seven", "127.0.0.1"), (e.Who, e.What, e.Which, e.From)));
        Assert.Single(audit.Entries.Select(e => e.Id).Distinct());
    }

    [Theory]
    [InlineData("oper", "wrong", "csrf")]
    [InlineData("look", null, "role")]
    public async Task Who_has_not_the_token_or_the_role_does_nothing(string user, string? token, string error)
    {
        var (audit, action) = (new ListAudit(), new SetAction(static _ => PageReply.Json(new { Ok = true })));
        await using var host = await PageHost.StartAsync(PageHost.Options(new PageContent { Actions = [action] }, audit));
        var browser = await host.LoggedInAsync(user);
        using var response = await browser.PostAsync("/api/things/seven/do", "{}", token);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(error, JsonElement.Parse(await response.Content.ReadAsByteArrayAsync()).GetProperty("error").GetString());
        Assert.Equal((0, 0), (action.Done, audit.Entries.Count));
    }

    [Fact]
    public async Task The_token_of_another_session_does_nothing()
    {
        var (audit, action) = (new ListAudit(), new SetAction(static _ => PageReply.Json(new { Ok = true })));
        await using var host = await PageHost.StartAsync(PageHost.Options(new PageContent { Actions = [action] }, audit));
        var (one, other) = (await host.LoggedInAsync(), await host.LoggedInAsync());
        var foreign = (await other.JsonAsync("/api/me")).GetProperty("csrf").GetString();
        Assert.Equal(HttpStatusCode.Forbidden, (await one.PostAsync("/api/things/seven/do", "{}", foreign)).StatusCode);
        Assert.Equal(0, action.Done);
    }

    [Fact]
    public async Task Without_an_audit_nothing_is_done_and_without_its_outcome_nothing_is_acknowledged()
    {
        var (audit, action) = (new ListAudit { Room = 0 }, new SetAction(static _ => PageReply.Json(new { Ok = true })));
        await using var host = await PageHost.StartAsync(PageHost.Options(new PageContent { Actions = [action] }, audit));
        var browser = await host.LoggedInAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await browser.PostAsync("/api/things/seven/do")).StatusCode);
        Assert.Equal(0, action.Done);
        audit.Room = 1;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await browser.PostAsync("/api/things/seven/do")).StatusCode);
        Assert.Equal((1, 1), (action.Done, audit.Entries.Count));
    }

    [Theory]
    [InlineData(404, AuditOutcome.Refused)]
    [InlineData(409, AuditOutcome.Refused)]
    [InlineData(503, AuditOutcome.Failed)]
    public async Task The_outcome_is_the_actions_own(int status, AuditOutcome outcome)
    {
        var audit = new ListAudit();
        var action = new SetAction(_ => PageReply.Error(status, "no", "No."));
        await using var host = await PageHost.StartAsync(PageHost.Options(new PageContent { Actions = [action] }, audit));
        var browser = await host.LoggedInAsync();
        Assert.Equal(status, (int)(await browser.PostAsync("/api/things/seven/do")).StatusCode);
        Assert.Equal(outcome, audit.Entries[^1].Outcome);
    }

    [Fact]
    public async Task An_action_that_throws_has_failed_and_its_words_are_not_told()
    {
        var audit = new ListAudit();
        var action = new SetAction(static _ => throw new InvalidOperationException("Mrs. Miller, born 1950"));
        await using var host = await PageHost.StartAsync(PageHost.Options(new PageContent { Actions = [action] }, audit));
        var browser = await host.LoggedInAsync();
        using var response = await browser.PostAsync("/api/things/seven/do", "{}");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.DoesNotContain("Miller", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal([AuditOutcome.Requested, AuditOutcome.Failed], audit.Entries.Select(e => e.Outcome));
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_is_refused_unwritten()
    {
        var (audit, action) = (new ListAudit(), new SetAction(static _ => PageReply.Json(new { Ok = true })));
        await using var host = await PageHost.StartAsync(PageHost.Options(new PageContent { Actions = [action] }, audit));
        var browser = await host.LoggedInAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync("/api/things/seven/do", "{")).StatusCode);
        Assert.Equal((0, 0), (action.Done, audit.Entries.Count));
    }
}
