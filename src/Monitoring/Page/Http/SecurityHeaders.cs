using Microsoft.AspNetCore.Http;

namespace MedStreams.Monitoring.Page;

/// <summary>What every answer of the page carries, whatever it is.</summary>
internal static class SecurityHeaders
{
    /// <summary>Scripts, styles and data from the page's own address only; nothing inline, no frames, no base, forms to itself.</summary>
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    public static void Add(HttpResponse response, bool isSecure)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        if (isSecure)
            headers.StrictTransportSecurity = "max-age=31536000";
    }
}
