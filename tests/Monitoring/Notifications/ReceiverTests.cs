using System.Text.Json;
using MedStreams.Monitoring.Notifications;
using MedStreams.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Monitoring.Tests.Notifications;

/// <summary>Messages to a real HTTP receiver and a real mail server, which go and come back.</summary>
public sealed class ReceiverTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private static readonly StatusEvent One = new(StatusEventKind.Opened, "lab", "Häuser\r\nBcc: x", "ERR", "OK", 12, "in-0 STOP 12", Now, Now);

    [Fact]
    public async Task A_webhook_gets_its_template_filled_in()
    {
        var port = HttpCluster.FreePort();
        await using var http = await HttpReceiver.StartAsync(port);
        using var receiver = new WebhookReceiver(
            new Uri($"http://127.0.0.1:{port}/hook?key=secret"), HttpMethod.Put, new NotificationTemplate("""{"g":"{{group}}"}""", isJson: true), "application/json",
            new Dictionary<string, string> { ["Authorization"] = "Bearer x" });
        await receiver.SendAsync("id1", [One], CancellationToken.None);

        var (method, id, authorization, type, body) = Assert.Single(http.Taken);
        Assert.Equal(("PUT", "id1", "Bearer x", "application/json; charset=utf-8"), (method, id, authorization, type));
        Assert.Equal(One.Group, JsonDocument.Parse(body).RootElement.GetProperty("g").GetString());
        Assert.DoesNotContain("secret", receiver.Name, StringComparison.Ordinal);
        http.Refuses = 1;
        await Assert.ThrowsAsync<NotificationException>(() => receiver.SendAsync("id2", [One], CancellationToken.None));
    }

    [Fact]
    public async Task Nothing_is_lost_while_a_webhook_is_away()
    {
        var (time, port) = (new ManualTime(), HttpCluster.FreePort());
        var receiver = new WebhookReceiver(
            new Uri($"http://127.0.0.1:{port}/"), HttpMethod.Post, new NotificationTemplate(NotificationTemplate.DefaultJson, isJson: true), "application/json", new Dictionary<string, string>());
        await using var queue = new ReceiverQueue(receiver, TimeSpan.FromDays(1), time, NullLogger.Instance);
        var at = time.GetUtcNow();
        for (var i = 0; i < 5; i++)
            queue.Add([One with { Group = $"g{i}", At = at }]);
        await using var http = await HttpReceiver.StartAsync(port);
        http.Refuses = 1;
        await AdvanceUntilAsync(time, () => queue.Waiting == 0);

        Assert.Equal(["g0", "g1", "g2", "g3", "g4"], http.Taken.SelectMany(t =>
            JsonDocument.Parse(t.Body).RootElement.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("group").GetString())));
    }

    [Fact]
    public async Task A_mail_has_one_line_as_subject_and_comes_to_all()
    {
        await using var smtp = await SmtpServer.StartAsync(HttpCluster.FreePort(), "monitor", "secret");
        var receiver = new MailReceiver(Options(smtp.Port) with { User = "monitor", Password = "secret" });
        await receiver.SendAsync("id1", [One], CancellationToken.None);

        await Eventually.Holds(() => !smtp.Mails.IsEmpty);
        var mail = Assert.Single(smtp.Mails);
        Assert.Equal("[MedStreams] 1 change(s): Häuser  Bcc: x on lab is ERR", mail.GetProperty("subject").GetString());
        Assert.Equal(["a@example.org", "b@example.org"], mail.GetProperty("to").EnumerateArray().Select(t => t.GetString()));
        Assert.Equal(("medstreams@example.org", "<id1@example.org>", "monitor"), (mail.GetProperty("from").GetString(), mail.GetProperty("id").GetString(), mail.GetProperty("user").GetString()));
        Assert.Contains("12 records wait, look at in-0 STOP 12.", mail.GetProperty("text").GetString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotificationException>(() => new MailReceiver(Options(smtp.Port) with { User = "monitor", Password = "no" }).SendAsync("x", [One], CancellationToken.None));
        await Assert.ThrowsAsync<NotificationException>(() => new MailReceiver(Options(smtp.Port) with { UsesTls = true }).SendAsync("x", [One], CancellationToken.None));
    }

    [Fact]
    public async Task Nothing_is_lost_while_a_mail_server_is_away()
    {
        var (time, port) = (new ManualTime(), HttpCluster.FreePort());
        await using var queue = new ReceiverQueue(new MailReceiver(Options(port)), TimeSpan.FromDays(1), time, NullLogger.Instance);
        queue.Add([One with { At = time.GetUtcNow() }]);
        await using var smtp = await SmtpServer.StartAsync(port);
        await AdvanceUntilAsync(time, () => queue.Waiting == 0);

        await Eventually.Holds(() => !smtp.Mails.IsEmpty);
        Assert.Single(smtp.Mails);
    }

    private static MailOptions Options(int port) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        UsesTls = false,
        From = "medstreams@example.org",
        To = ["a@example.org", "b@example.org"],
    };

    private static Task AdvanceUntilAsync(ManualTime time, Func<bool> condition) => Eventually.Holds(() =>
    {
        if (condition())
            return true;
        time.Advance(TimeSpan.FromSeconds(1));
        return false;
    });
}
