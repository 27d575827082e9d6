using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace MedStreams.Streams.Kafka.Librdkafka;

/// <summary>
/// The functions of librdkafka that the record path calls directly, all of them in version 2.0.2 too: the library that Confluent.Kafka has
/// loaded, so that both may use one handle. Layouts and rules are those of <c>rdkafka.h</c>.
/// </summary>
internal static unsafe partial class Rdkafka
{
    internal const int Producer = 0;
    internal const int CopyPayload = 2;
    private const string Library = "librdkafka";

    private static readonly Lazy<bool> Usable = new(TryLoad);

    /// <summary>False where Confluent.Kafka keeps its library or its handles elsewhere; its own calls then do the work.</summary>
    public static bool IsUsable => Usable.Value;

    [LibraryImport(Library, EntryPoint = "rd_kafka_version")]
    internal static partial int Version();

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_new")]
    internal static partial nint ConfNew();

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_destroy")]
    internal static partial void ConfDestroy(nint conf);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ConfSet(nint conf, string name, string value, byte* error, nuint errorSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set_opaque")]
    internal static partial void ConfSetOpaque(nint conf, nint opaque);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set_dr_msg_cb")]
    internal static partial void ConfSetDeliveryCallback(nint conf, delegate* unmanaged[Cdecl]<nint, RdkafkaMessage*, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set_log_cb")]
    internal static partial void ConfSetLogCallback(nint conf, nint callback);

    [LibraryImport(Library, EntryPoint = "rd_kafka_new")]
    internal static partial nint New(int type, nint conf, byte* error, nuint errorSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_destroy")]
    internal static partial void Destroy(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_new", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint TopicNew(nint client, string name, nint conf);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_destroy")]
    internal static partial void TopicDestroy(nint topic);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_name")]
    [SuppressGCTransition]
    internal static partial byte* TopicName(nint topic);

    [LibraryImport(Library, EntryPoint = "rd_kafka_last_error")]
    internal static partial int LastError();

    [LibraryImport(Library, EntryPoint = "rd_kafka_produceva")]
    internal static partial nint Produce(nint client, RdkafkaArgument* arguments, nuint count);

    [LibraryImport(Library, EntryPoint = "rd_kafka_poll")]
    internal static partial int Poll(nint client, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_flush")]
    internal static partial int Flush(nint client, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_outq_len")]
    internal static partial int QueueLength(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_headers_new")]
    internal static partial nint HeadersNew(nuint count);

    [LibraryImport(Library, EntryPoint = "rd_kafka_headers_destroy")]
    internal static partial void HeadersDestroy(nint headers);

    [LibraryImport(Library, EntryPoint = "rd_kafka_header_add", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int HeaderAdd(nint headers, string name, nint nameSize, byte* value, nint valueSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_header_cnt")]
    internal static partial nuint HeaderCount(nint headers);

    [LibraryImport(Library, EntryPoint = "rd_kafka_header_get_all")]
    internal static partial int HeaderAt(nint headers, nuint index, out byte* name, out byte* value, out nuint size);

    [LibraryImport(Library, EntryPoint = "rd_kafka_init_transactions")]
    internal static partial nint InitTransactions(nint client, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_begin_transaction")]
    internal static partial nint BeginTransaction(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_send_offsets_to_transaction")]
    internal static partial nint SendOffsets(nint client, nint offsets, nint groupMetadata, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_commit_transaction")]
    internal static partial nint CommitTransaction(nint client, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_abort_transaction")]
    internal static partial nint AbortTransaction(nint client, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_consumer_group_metadata_read")]
    internal static partial nint GroupMetadataRead(out nint metadata, byte* bytes, nuint size);

    [LibraryImport(Library, EntryPoint = "rd_kafka_consumer_group_metadata_destroy")]
    internal static partial void GroupMetadataDestroy(nint metadata);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_partition_list_new")]
    internal static partial nint PartitionsNew(int size);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_partition_list_add", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial RdkafkaPartition* PartitionsAdd(nint list, string topic, int partition);

    [LibraryImport(Library, EntryPoint = "rd_kafka_topic_partition_list_destroy")]
    internal static partial void PartitionsDestroy(nint list);

    [LibraryImport(Library, EntryPoint = "rd_kafka_error_code")]
    internal static partial int ErrorCodeOf(nint error);

    [LibraryImport(Library, EntryPoint = "rd_kafka_error_is_fatal")]
    internal static partial int ErrorIsFatal(nint error);

    [LibraryImport(Library, EntryPoint = "rd_kafka_error_is_retriable")]
    internal static partial int ErrorIsRetriable(nint error);

    [LibraryImport(Library, EntryPoint = "rd_kafka_error_txn_requires_abort")]
    internal static partial int ErrorRequiresAbort(nint error);

    [LibraryImport(Library, EntryPoint = "rd_kafka_error_destroy")]
    internal static partial void ErrorDestroy(nint error);

    [LibraryImport(Library, EntryPoint = "rd_kafka_fatal_error")]
    internal static partial int FatalError(nint client, byte* text, nuint textSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_get_consumer")]
    internal static partial nint QueueGetConsumer(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_queue_destroy")]
    internal static partial void QueueDestroy(nint queue);

    [LibraryImport(Library, EntryPoint = "rd_kafka_consume_batch_queue")]
    internal static partial nint ConsumeBatch(nint queue, int milliseconds, RdkafkaMessage** messages, nuint size);

    [LibraryImport(Library, EntryPoint = "rd_kafka_message_destroy")]
    internal static partial void MessageDestroy(RdkafkaMessage* message);

    [LibraryImport(Library, EntryPoint = "rd_kafka_message_timestamp")]
    [SuppressGCTransition]
    internal static partial long MessageTimestamp(RdkafkaMessage* message, out int type);

    [LibraryImport(Library, EntryPoint = "rd_kafka_message_headers")]
    internal static partial int MessageHeaders(RdkafkaMessage* message, out nint headers);

    /// <summary>The native object of a client of Confluent.Kafka, which must outlive its use; null where this version hides it.</summary>
    public static SafeHandle? HandleOf(IClient client) =>
        typeof(Handle).GetProperty("LibrdkafkaHandle", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(client.Handle) as SafeHandle;

    private static bool TryLoad()
    {
        try
        {
            if (!Confluent.Kafka.Library.IsLoaded)
                Confluent.Kafka.Library.Load();
            NativeLibrary.SetDllImportResolver(
                typeof(Rdkafka).Assembly,
                static (name, _, path) => name == Library ? NativeLibrary.Load(LoadedName(), typeof(Handle).Assembly, path) : 0);
            return Version() == Confluent.Kafka.Library.Version
                && typeof(Handle).GetProperty("LibrdkafkaHandle", BindingFlags.Instance | BindingFlags.NonPublic) is { } handle
                && typeof(SafeHandle).IsAssignableFrom(handle.PropertyType);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Which of the builds that its package holds Confluent.Kafka has chosen for this system.</summary>
    private static string LoadedName()
    {
        var chosen = typeof(Handle).Assembly.GetType("Confluent.Kafka.Impl.Librdkafka")
            ?.GetField("_version", BindingFlags.Static | BindingFlags.NonPublic)?.GetValue(null) as Delegate;
        return chosen?.Method.DeclaringType?.GetField("DllName", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
            ?.GetRawConstantValue() as string ?? Library;
    }
}
