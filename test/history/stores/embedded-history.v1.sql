-- A file of the embedded history in its first version, as text: three rooms' worth of what such a file can hold.
PRAGMA application_id = 1937012584;
PRAGMA user_version = 1;
CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO mark VALUES ('epoch', 1700000000000), ('sure', 1700000000000), ('ended', 1), ('open', 0), ('top epoch', 1700000000000);
CREATE TABLE destination (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  top_epoch INTEGER, top_seq INTEGER, sorted INTEGER NOT NULL DEFAULT 1
) STRICT;
INSERT INTO destination VALUES (1, '/topic/chat-room/lobby', NULL, NULL, 1);
INSERT INTO destination VALUES (2, '/topic/chat-room/emptied', 1700000000000, 41, 1);
INSERT INTO destination VALUES (3, '/topic/chat-room/imported', NULL, NULL, 0);
CREATE TABLE message (
  id INTEGER PRIMARY KEY, destination INTEGER NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
  time INTEGER NOT NULL, sender TEXT, content_type TEXT, headers TEXT, key TEXT, tombstone TEXT, body BLOB NOT NULL
) STRICT;
INSERT INTO message VALUES (1, 1, 1700000000000, 1, 1700000000001, 'ann', 'text/plain', '["a","b"]', 'user:ann 1', NULL, CAST('안녕하세요 여러분' AS BLOB));
INSERT INTO message VALUES (2, 1, 1700000000000, 2, 1700000000002, NULL, NULL, NULL, NULL, NULL, x'00ff');
INSERT INTO message VALUES (3, 1, 1700000000000, 3, 1700000000003, 'ben', NULL, NULL, NULL, 'redacted', x'');
INSERT INTO message VALUES (4, 3, 1700000000000, 2, 1700000000005, NULL, NULL, NULL, NULL, NULL, CAST('안녕 2' AS BLOB));
INSERT INTO message VALUES (5, 3, 1700000000000, 1, 1700000000004, NULL, NULL, NULL, NULL, NULL, CAST('안녕 1' AS BLOB));
CREATE UNIQUE INDEX message_key ON message (destination, key) WHERE key IS NOT NULL;
CREATE INDEX message_keyed ON message (time) WHERE key IS NOT NULL;
CREATE TABLE place (
  destination INTEGER NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, time INTEGER NOT NULL,
  sender_hash INTEGER, message INTEGER NOT NULL, PRIMARY KEY (destination, epoch, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO place VALUES (1, 1700000000000, 1, 1700000000001, 3877663347, 1);
INSERT INTO place VALUES (1, 1700000000000, 2, 1700000000002, NULL, 2);
INSERT INTO place VALUES (1, 1700000000000, 3, 1700000000003, 110237153, 3);
INSERT INTO place VALUES (3, 1700000000000, 1, 1700000000004, NULL, 5);
INSERT INTO place VALUES (3, 1700000000000, 2, 1700000000005, NULL, 4);
