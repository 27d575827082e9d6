using MedStreams.Bench.Support;
using MedStreams.Cli;
using MedStreams.Migration.Bench;

// M1: images from one Orthanc to another, fetched by C-GET, stored by C-STORE, fetched back and each digest compared. M2: the same without the comparison. M3: memory. M4: sockets.
// M5: as M1 by DICOMweb. P: each part of it alone.
ThreadPoolOfVerb.Set(["migrate"]);
return await BenchProgram.RunAsync(
    "Migration",
    args,
    async (options, report) =>
    {
        var bytes = options.Sizes.Count > 0 ? options.Sizes[0] : 512 << 10;
        await Rates.RunAsync(options, report, bytes);
        if (options.Wants("M3"))
            await Memory.RunAsync(options, report);
        if (options.Wants("M4"))
            await Stall.RunAsync(report);
        if (options.Wants("P"))
            await Parts.RunAsync(options, report, bytes);
    },
    "M1 verified, M2 not verified, M3 memory, M4 sockets, M5 verified by DICOMweb, P the parts one by one");
