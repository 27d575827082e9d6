using System.Text;
using MedStreams.Dicom.Pacs.Reporting;

namespace MedStreams.Cli.Commands.Migrate;

/// <summary>Writes reports to standard output.</summary>
internal static class ReportOutput
{
    public static async Task WriteAsync(CommandContext context, string format, ReportDocument report, Func<Stream, Task> json, CancellationToken stop)
    {
        if (format == "json" || context.Output.Json)
        {
            await json(context.Environment.Output);
            await context.Environment.Output.WriteAsync("\n"u8.ToArray(), stop);
            return;
        }

        var writer = new StreamWriter(context.Environment.Output, new UTF8Encoding(false), leaveOpen: true);
        await using (writer)
        {
            await (format switch
            {
                "csv" => CsvReport.WriteAsync(report, writer, stop),
                "html" => HtmlReport.WriteAsync(report, writer, stop),
                _ => TextReport.WriteAsync(report, writer, stop),
            });
        }
    }
}
