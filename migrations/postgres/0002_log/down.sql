DROP TABLE log_kept;
DROP TABLE log_checkpoints;
DROP TABLE log_latest;
DROP TABLE log_tiles;
DROP TABLE log_entries;
