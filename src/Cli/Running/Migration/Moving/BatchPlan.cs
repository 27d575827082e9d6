using MedStreams.Dicom.Pacs;

namespace MedStreams.Cli.Running.Migration.Moving;

/// <summary>Cuts a collection into batches: one after the other in its order, as long as they have room. Pure.</summary>
internal static class BatchPlan
{
    /// <summary>The batch of each object, from 0; an object of any size goes into one.</summary>
    public static int[] Of(StudyCollection collection, int mostObjects, long mostBytes)
    {
        var batches = new int[collection.Objects.Count];
        var (batch, objects, bytes) = (0, 0, 0L);
        for (var at = 0; at < batches.Length; at++)
        {
            var size = collection.Objects[at].Bytes ?? 0;
            if (objects == mostObjects || (objects > 0 && bytes + size > mostBytes))
                (batch, objects, bytes) = (batch + 1, 0, 0);
            batches[at] = batch;
            objects++;
            bytes += size;
        }

        return batches;
    }
}
