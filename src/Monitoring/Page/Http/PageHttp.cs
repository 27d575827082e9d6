using System.Net.Mime;
using Microsoft.AspNetCore.Http;

namespace MedStreams.Monitoring.Page;

/// <summary>How answers of the page are written.</summary>
internal static class PageHttp
{
    /// <summary>Writes a reply, which nobody keeps.</summary>
    public static Task WriteAsync(HttpContext context, PageReply reply)
    {
        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = reply.ContentType;
        context.Response.ContentLength = reply.Body.Length;
        context.Response.Headers.CacheControl = "no-store";
        if (reply.FileName is { } name)
            context.Response.Headers.ContentDisposition = new ContentDisposition { DispositionType = "attachment", FileName = name }.ToString();
        if (reply.Status == StatusCodes.Status503ServiceUnavailable && context.Response.Headers.RetryAfter.Count == 0)
            context.Response.Headers.RetryAfter = "1";
        return context.Response.Body.WriteAsync(reply.Body, context.RequestAborted).AsTask();
    }

    /// <summary>Goes to another address, by GET.</summary>
    public static void SeeOther(HttpContext context, string location)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = location;
        context.Response.Headers.CacheControl = "no-store";
    }
}
