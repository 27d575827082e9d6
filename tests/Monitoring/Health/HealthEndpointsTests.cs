using System.Net;
using System.Text.Json;
using MedStreams.Streams;
using MedStreams.Support;

namespace MedStreams.Monitoring.Tests.Health;

/// <summary>What orchestrators and load balancers see.</summary>
public sealed class HealthEndpointsTests
{
    [Fact]
    public async Task Anyone_may_ask_whether_and_the_token_opens_why()
    {
        await using var cluster = await HttpCluster.StartAsync(1);
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").ForEach((_, _) => { });
        var one = await cluster.AddAsync(builder.Build(), "one");
        await Eventually.Holds(() => one.Streams.Health().IsReady);

        Assert.Equal((HttpStatusCode.OK, """{"status":"live"}"""), await AskAsync("live", null));
        Assert.Equal((HttpStatusCode.OK, """{"status":"ready"}"""), await AskAsync("ready", null));
        Assert.Equal(
            (HttpStatusCode.OK, """{"status":"ready","state":"running","activeTasks":1,"standbyTasks":0,"standstills":[]}"""),
            await AskAsync("ready", HttpCluster.Token));

        one.Streams.Pause();
        Assert.Equal((HttpStatusCode.OK, """{"status":"live"}"""), await AskAsync("live", null));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"status":"not-ready"}"""), await AskAsync("ready", null));
        var (_, body) = await AskAsync("ready", HttpCluster.Token);
        var standstill = Assert.Single(JsonDocument.Parse(body).RootElement.GetProperty("standstills").EnumerateArray());
        Assert.Equal("paused", standstill.GetProperty("reason").GetString());

        await one.Streams.CloseAsync();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"status":"dead"}"""), await AskAsync("live", null));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"status":"not-ready"}"""), await AskAsync("ready", null));

        async Task<(HttpStatusCode Status, string Body)> AskAsync(string what, string? token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(one.Server.Address, $"/health/{what}"));
            if (token is not null)
                request.Headers.Authorization = new("Bearer", token);
            using var response = await cluster.Client.SendAsync(request);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }
    }
}
