DROP TABLE signing_keys;
DROP TABLE client_uses;
DROP TABLE clients;
DROP TABLE refresh_tokens;
DROP TABLE sessions;
DROP TABLE users;
