using System.Net;
using System.Net.Mail;

namespace MedStreams.Monitoring.Notifications;

/// <summary>How mails are sent.</summary>
public sealed record MailOptions
{
    /// <summary>The mail server.</summary>
    public required string Host { get; init; }

    /// <summary>Its port; 25 and 587 are usual. One that speaks TLS from the first byte (465) is not supported.</summary>
    public required int Port { get; init; }

    /// <summary>Whether the connection is upgraded to TLS (STARTTLS) before anything is told; a server without it is refused then. Default yes.</summary>
    public bool UsesTls { get; init; } = true;

    /// <summary>Who sends.</summary>
    public required string From { get; init; }

    /// <summary>Who receives, at least one.</summary>
    public required IReadOnlyList<string> To { get; init; }

    /// <summary>The user; null: without a login.</summary>
    public string? User { get; init; }

    /// <summary>The user's password.</summary>
    public string? Password { get; init; }

    /// <summary>The subject.</summary>
    public NotificationTemplate Subject { get; init; } = new(NotificationTemplate.DefaultSubject, isJson: false);

    /// <summary>The text.</summary>
    public NotificationTemplate Text { get; init; } = new(NotificationTemplate.DefaultText, isJson: false);
}

/// <summary>Tells changes by mail. A message that is repeated has the same Message-ID.</summary>
public sealed class MailReceiver(MailOptions options) : INotificationReceiver
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public string Name => $"mail {options.Host}:{options.Port}";

    /// <inheritdoc/>
    public async Task SendAsync(string id, IReadOnlyList<StatusEvent> events, CancellationToken cancellationToken)
    {
        using var message = new MailMessage
        {
            From = new MailAddress(options.From),
            Subject = options.Subject.Fill(events),
            Body = options.Text.Fill(events),
        };
        foreach (var to in options.To)
            message.To.Add(to);
        message.Headers.Add("Message-ID", $"<{id}@{message.From.Host}>");
        message.Headers.Add("Auto-Submitted", "auto-generated"); // RFC 3834: nobody's holiday answers it
        using var client = new SmtpClient(options.Host, options.Port) { EnableSsl = options.UsesTls, Timeout = (int)Patience.TotalMilliseconds };
        if (options.User is not null)
            client.Credentials = new NetworkCredential(options.User, options.Password);
        try
        {
            await client.SendMailAsync(message, cancellationToken);
        }
        catch (SmtpException e)
        {
            throw new NotificationException($"the mail was not taken ({e.StatusCode})", e);
        }
    }
}
