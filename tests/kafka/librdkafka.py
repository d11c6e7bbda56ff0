"""A transactional producer of librdkafka, as much of it as a test of the proxy needs."""
import ctypes

TIMEOUT_MS = 30000
PARTITION_ANY, COPY = -1, 2

lib = ctypes.CDLL("librdkafka.so.1")
for name in ("rd_kafka_conf_new", "rd_kafka_new", "rd_kafka_topic_new",
             "rd_kafka_init_transactions", "rd_kafka_begin_transaction",
             "rd_kafka_commit_transaction"):
    getattr(lib, name).restype = ctypes.c_void_p
lib.rd_kafka_error_string.restype = ctypes.c_char_p


class KafkaFailure(Exception):
    pass


def check(error):
    if error:
        said = lib.rd_kafka_error_string(ctypes.c_void_p(error)).decode()
        lib.rd_kafka_error_destroy(ctypes.c_void_p(error))
        raise KafkaFailure(said)


def configured(settings):
    conf, why = ctypes.c_void_p(lib.rd_kafka_conf_new()), ctypes.create_string_buffer(512)
    for key, value in settings.items():
        if lib.rd_kafka_conf_set(conf, key.encode(), value.encode(), why, len(why)) != 0:
            raise KafkaFailure(why.value.decode())
    return conf


class Librdkafka:
    """Writes to partitions of one topic."""

    def __init__(self, bootstrap, transactional_id, topic):
        conf = configured({"bootstrap.servers": bootstrap, "transactional.id": transactional_id,
                           "log_level": "0"})
        why = ctypes.create_string_buffer(512)
        self.client = ctypes.c_void_p(lib.rd_kafka_new(0, conf, why, len(why)))
        if not self.client:
            raise KafkaFailure(why.value.decode())
        self.topic = ctypes.c_void_p(lib.rd_kafka_topic_new(self.client, topic.encode(), None))
        check(lib.rd_kafka_init_transactions(self.client, TIMEOUT_MS))

    def begin(self):
        check(lib.rd_kafka_begin_transaction(self.client))

    def send(self, value):
        """Until the broker has it."""
        data = value.encode()
        refused = lib.rd_kafka_produce(self.topic, PARTITION_ANY, COPY, data,
                                       ctypes.c_size_t(len(data)), None, ctypes.c_size_t(0), None)
        if refused or lib.rd_kafka_flush(self.client, TIMEOUT_MS):
            raise KafkaFailure(f"{value} was not sent")

    def commit(self):
        check(lib.rd_kafka_commit_transaction(self.client, TIMEOUT_MS))

    def transaction(self, *values):
        self.begin()
        for value in values:
            self.send(value)
        self.commit()

    def close(self):
        lib.rd_kafka_topic_destroy(self.topic)
        lib.rd_kafka_destroy(self.client)
