/*
 * Confluent.Kafka 2.15.1 binds three functions that librdkafka 2.0.2, Debian's, does not have yet (leader
 * epochs, KIP-320). This library links the system's librdkafka and adds the three with the answer that
 * librdkafka itself gives where the epoch is not known.
 */
#include <stdint.h>

int32_t rd_kafka_topic_partition_get_leader_epoch(const void *partition)
{
    (void)partition;
    return -1;
}

void rd_kafka_topic_partition_set_leader_epoch(void *partition, int32_t leader_epoch)
{
    (void)partition;
    (void)leader_epoch;
}

int32_t rd_kafka_message_leader_epoch(const void *message)
{
    (void)message;
    return -1;
}
