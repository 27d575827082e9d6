using System.Globalization;
using System.Web;
using MedStreams.Dicom.Web;

namespace MedStreams.Dicom.Tests.Web;

/// <summary>Services that page as the standard says, and those that do not.</summary>
public sealed class QidoPagingTests
{
    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 10)]
    [InlineData(10, 10)]
    [InlineData(25, 10)]
    [InlineData(30, 10)]
    public async Task A_service_of_the_standard_gives_all(int total, int limit) => Assert.Equal((total, false), await CountAsync(limit, (l, o) => (Part(total, o, l), false)));

    [Theory]
    [InlineData(25, 10, 7)]
    [InlineData(7, 10, 7)]
    public async Task A_service_with_a_smaller_limit_of_its_own_gives_all_whether_it_warns_or_not(int total, int limit, int own)
    {
        Assert.Equal((total, false), await CountAsync(limit, (l, o) => (Part(total, o, Math.Min(l, own)), o + own < total)));
        Assert.Equal((total, false), await CountAsync(limit, (l, o) => (Part(total, o, Math.Min(l, own)), false)));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(95)]
    public async Task A_service_that_ignores_the_limit_gives_all_each_once(int total)
    {
        Assert.Equal((total, false), await CountAsync(10, (_, o) => (Part(total, o, int.MaxValue), false)));
        if (total != 10) // who ignores both and holds as many as asked for cannot be told from one that cuts
            Assert.Equal((total, false), await CountAsync(10, (_, _) => (Part(total, 0, int.MaxValue), false)));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(500)]
    public async Task Where_offsets_are_ignored_a_larger_limit_brings_the_rest(int total) =>
        Assert.Equal((total, false), await CountAsync(10, (l, _) => (Part(total, 0, l), false)));

    [Fact]
    public async Task A_result_that_is_cut_and_cannot_be_had_otherwise_is_an_alarm()
    {
        Assert.Equal((10, true), await CountAsync(10, (_, _) => (Part(50, 0, 10), false)));
        Assert.Equal((7, true), await CountAsync(10, (_, _) => (Part(50, 0, 7), true)));
        Assert.Equal((0, true), await CountAsync(10, (_, _) => ([], true)));
    }

    [Fact]
    public async Task What_is_asked_for_is_written_as_the_standard_says()
    {
        var service = new ScriptedService(_ => ScriptedService.Json("[]"));
        var client = new QidoClient(new HttpClient(service), new DicomWebOptions { Root = new Uri("http://pacs/dicom-web") });
        await client.AskAsync(
            new QidoQuery { Level = QidoLevel.Instances, Study = "1.2", Series = "1.2.3", Matches = [new(Tags.PatientName, "王*&x=1")], Include = [Tags.Modality] }, 20, 10);
        Assert.Equal(
            "http://pacs/dicom-web/studies/1.2/series/1.2.3/instances?limit=10&offset=20&fuzzymatching=false&00100010=%E7%8E%8B%2A%26x%3D1&includefield=00080060",
            service.Requests[0].RequestUri!.AbsoluteUri);
        Assert.Equal("application/dicom+json", service.Requests[0].Headers.Accept.ToString());
        await Assert.ThrowsAsync<ArgumentException>(() => client.AskAsync(new QidoQuery { Level = QidoLevel.Series, Study = ".." }, 0, 10));
    }

    private static async Task<(int Count, bool HasAlarm)> CountAsync(int limit, Func<int, int, (IReadOnlyList<int> Items, bool Warns)> answer)
    {
        var service = new ScriptedService(request =>
        {
            var query = HttpUtility.ParseQueryString(request.RequestUri!.Query);
            var (items, warns) = answer(Number(query["limit"]!), Number(query["offset"]!));
            var response = ScriptedService.Json("[" + string.Join(',', items.Select(i => "{\"0020000D\":{\"vr\":\"UI\",\"Value\":[\"1." + i.ToString(CultureInfo.InvariantCulture) + "\"]}}")) + "]");
            if (warns)
                response.Headers.TryAddWithoutValidation("Warning", "299 pacs: \"The number of results exceeded the maximum supported by the server.\"");
            return response;
        });
        var paging = new QidoPaging(new QidoClient(new HttpClient(service), new DicomWebOptions { Root = new Uri("http://pacs/") }));
        var page = await paging.ReadAllAsync(new QidoQuery { Level = QidoLevel.Studies }, limit);
        Assert.True(service.Requests.Count < 200, $"{service.Requests.Count}");
        return (page.Items.Count, page.Alarm is not null);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static IReadOnlyList<int> Part(int total, int offset, int limit) => [.. Enumerable.Range(0, total).Skip(offset).Take(limit)];
}
