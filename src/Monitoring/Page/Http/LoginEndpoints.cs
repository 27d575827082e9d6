using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MedStreams.Monitoring.Page;

/// <summary>The log-in form, logging in and out.</summary>
internal sealed class LoginEndpoints(LoginGate gate, Sessions sessions, PageServerOptions options, ILogger logger)
{
    /// <summary>The cookie that the form's token belongs to: a foreign page can send the form, but not this.</summary>
    private const string FormCookie = "medstreams-login";

    private const int LongestField = 1024;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>Shows the form.</summary>
    public Task ShowAsync(HttpContext context, int status = StatusCodes.Status200OK, string message = "")
    {
        var cookie = context.Request.Cookies[FormCookie];
        if (cookie is not { Length: 43 })
        {
            cookie = Sessions.NewToken();
            context.Response.Cookies.Append(FormCookie, cookie, CookieOptions("/"));
        }

        return PageHttp.WriteAsync(
            context, PageAssets.Own.Document("login.html", status, ("csrf", TokenOf(cookie)), ("message", message), ("title", options.Title)));
    }

    /// <summary><c>POST /login</c>.</summary>
    public async Task LogInAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
        {
            await ShowAsync(context, StatusCodes.Status400BadRequest, "The form could not be read.");
            return;
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var (name, password) = (form["user"].ToString(), form["password"].ToString());
        if (context.Request.Cookies[FormCookie] is not { } cookie || !Matches(TokenOf(cookie), form["csrf"].ToString()))
        {
            await ShowAsync(context, StatusCodes.Status403Forbidden, "The form was too old. Try again.");
            return;
        }

        if (name.Length is 0 or > LongestField || password.Length is 0 or > LongestField)
        {
            await ShowAsync(context, StatusCodes.Status400BadRequest, "User and password are needed.");
            return;
        }

        await DecideAsync(context, name, password);
    }

    /// <summary><c>POST /logout</c>.</summary>
    public void LogOut(HttpContext context)
    {
        sessions.End(context.Request);
        context.Response.Cookies.Delete(Sessions.Cookie, CookieOptions("/"));
        PageHttp.SeeOther(context, "/");
    }

    /// <summary>Whether a token is the expected one; in constant time.</summary>
    public static bool Matches(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));

    private async Task DecideAsync(HttpContext context, string name, string password)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        var (user, wait) = await gate.TryAsync(address, name, password, context.RequestAborted);
        if (wait > TimeSpan.Zero)
        {
            PageLog.LoginSlowed(logger, address, wait);
            var seconds = (long)Math.Ceiling(wait.TotalSeconds);
            context.Response.Headers.RetryAfter = $"{seconds}";
            await ShowAsync(context, StatusCodes.Status429TooManyRequests, $"Too many log-ins failed. Try again in {seconds} s.");
        }
        else if (user is null)
        {
            PageLog.LoginRefused(logger, address);
            await ShowAsync(context, StatusCodes.Status401Unauthorized, "User or password is wrong.");
        }
        else
        {
            PageLog.LoggedIn(logger, user.Name, address);
            sessions.End(context.Request);
            context.Response.Cookies.Append(Sessions.Cookie, sessions.Begin(user), CookieOptions("/"));
            PageHttp.SeeOther(context, "/");
        }
    }

    private CookieOptions CookieOptions(string path) => new()
    {
        Path = path,
        HttpOnly = true,
        Secure = options.IsSecure,
        SameSite = SameSiteMode.Strict,
        IsEssential = true,
    };

    private string TokenOf(string cookie) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(cookie)));
}
