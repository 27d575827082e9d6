using System.Net.Mail;
using System.Text.RegularExpressions;
using MedStreams.Cli.Commands;
using MedStreams.Monitoring.Lag;
using MedStreams.Monitoring.Notifications;

namespace MedStreams.Cli.Configuration;

/// <summary>When <c>medstreams monitor</c> tells somebody of a change of status, and whom.</summary>
internal static class NotificationSettings
{
    private static readonly Rule<string> Address = new("a mail address", (string text, out string value) => MailAddress.TryCreate(value = text, out _));

    public static Setting<GroupStatus> Threshold { get; } =
        new("Notifications:Threshold", "From this status on a group does badly", Rules.OneOf(("warn", GroupStatus.Warn), ("err", GroupStatus.Err)), "warn");

    public static Setting<TimeSpan> HoldFor { get; } =
        new("Notifications:HoldFor", "A status is told once it has lasted so long, good or bad", Rules.Duration(TimeSpan.Zero), "1 min");

    public static Setting<TimeSpan> Reminder { get; } =
        new("Notifications:Reminder", "What lasts is told again every so often; 0 s: never", Rules.Duration(TimeSpan.Zero), "4 h");

    public static Setting<TimeSpan> GiveUpAfter { get; } =
        new("Notifications:GiveUpAfter", "What could not be delivered for so long is given up", Rules.Duration(TimeSpan.FromSeconds(1)), "1 d");

    public static Setting<Regex> GroupPattern { get; } =
        new("Notifications:Groups", "Only groups in whose names this is found are told of; not set: all", MonitorSettings.Pattern, null);

    public static Setting<Uri> WebhookUrl { get; } =
        new("Notifications:WebhookUrl", "Where changes are sent over HTTP; not set: nowhere",
            new Rule<Uri>("an address with http or https", (string text, out Uri value) =>
                Uri.TryCreate(text, UriKind.Absolute, out value!) && value.Scheme is "http" or "https"), null)
        {
            Secret = true, // of many services the address is the secret
        };

    public static Setting<HttpMethod> WebhookMethod { get; } =
        new("Notifications:WebhookMethod", "How they are sent", Rules.OneOf(("POST", HttpMethod.Post), ("PUT", HttpMethod.Put)), "POST");

    public static Setting<string> WebhookTemplate { get; } =
        new("Notifications:WebhookTemplate", "A file with the body's template; not set: JSON with all there is", Rules.Text, null);

    public static Setting<string> WebhookContentType { get; } =
        new("Notifications:WebhookContentType", "The body's type; values are escaped for JSON where it is one",
            new Rule<string>("a media type", (string text, out string value) => System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(value = text, out _)), "application/json");

    public static Setting<Endpoint> MailServer { get; } =
        new("Notifications:MailServer", "The mail server that changes are sent with; not set: no mails", Rules.Endpoint, null);

    public static Setting<bool> MailTls { get; } =
        new("Notifications:MailTls", "Whether the connection to it is upgraded to TLS (STARTTLS); a server that cannot is refused then", Rules.Switch, "true");

    public static Setting<string> MailFrom { get; } = new("Notifications:MailFrom", "Who sends mails", Address, null);

    public static Setting<IReadOnlyList<string>> MailTo { get; } =
        new("Notifications:MailTo", "Who receives them", Rules.ListOf<string>("a mail address", Address.TryRead), null);

    public static Setting<string> MailUser { get; } = new("Notifications:MailUser", "The user at the mail server; not set: without a login", Rules.Text, null);

    public static Setting<string> MailPassword { get; } = new("Notifications:MailPassword", "The user's password", Rules.Text, null) { Secret = true };

    public static Setting<string> MailSubject { get; } =
        new("Notifications:MailSubject", "The subject's template", Rules.Text, NotificationTemplate.DefaultSubject);

    public static Setting<string> MailTemplate { get; } =
        new("Notifications:MailTemplate", "A file with the template of a mail's text; not set: a sentence for each change", Rules.Text, null);

    public static SettingGroup WebhookHeaders { get; } =
        new("Notifications:WebhookHeaders", "Further headers of the request, such as Authorization") { IsSecret = static _ => true };

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Threshold, HoldFor, Reminder, GiveUpAfter, GroupPattern, WebhookUrl, WebhookMethod, WebhookTemplate, WebhookContentType, MailServer, MailTls, MailFrom,
        MailTo, MailUser, MailPassword, MailSubject, MailTemplate,
    ];

    /// <summary>The options, with the receivers that are set.</summary>
    /// <exception cref="CliException">A template cannot be read, or a mail has no sender or receiver.</exception>
    public static NotificationOptions ToOptions(CommandContext context)
    {
        var settings = context.Settings;
        return new NotificationOptions
        {
            Threshold = settings.Get(Threshold),
            HoldFor = settings.Get(HoldFor),
            Reminder = settings.Get(Reminder),
            GiveUpAfter = settings.Get(GiveUpAfter),
            Groups = settings.Find(GroupPattern, out var groups) ? groups : null,
            Receivers = [.. Receivers(context)],
        };
    }

    private static IEnumerable<INotificationReceiver> Receivers(CommandContext context)
    {
        var settings = context.Settings;
        if (settings.Find(WebhookUrl, out var url))
        {
            var type = settings.Get(WebhookContentType);
            var isJson = type.Contains("json", StringComparison.OrdinalIgnoreCase);
            yield return new WebhookReceiver(
                url, settings.Get(WebhookMethod), Template(context, WebhookTemplate, NotificationTemplate.DefaultJson, isJson), type, settings.Entries(WebhookHeaders));
        }

        if (settings.Find(MailServer, out var server))
        {
            yield return new MailReceiver(new MailOptions
            {
                Host = server.Host,
                Port = server.Port,
                UsesTls = settings.Get(MailTls),
                From = settings.Require(MailFrom),
                To = settings.Require(MailTo),
                User = settings.Find(MailUser, out var user) ? user : null,
                Password = settings.Find(MailPassword, out var password) ? password : null,
                Subject = Read(MailSubject, settings.Get(MailSubject), isJson: false),
                Text = Template(context, MailTemplate, NotificationTemplate.DefaultText, isJson: false),
            });
        }
    }

    private static NotificationTemplate Template(CommandContext context, Setting<string> setting, string otherwise, bool isJson)
    {
        if (!context.Settings.Find(setting, out var file))
            return Read(setting, otherwise, isJson);
        try
        {
            return Read(setting, File.ReadAllText(context.FullPath(file)), isJson);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"{SettingsCatalog.Section}:{setting.Key}: {file} cannot be read: {e.Message}");
        }
    }

    private static NotificationTemplate Read(Setting<string> setting, string text, bool isJson)
    {
        try
        {
            return new NotificationTemplate(text, isJson);
        }
        catch (ArgumentException e)
        {
            throw CliException.Usage($"{SettingsCatalog.Section}:{setting.Key}: {e.Message}");
        }
    }
}
