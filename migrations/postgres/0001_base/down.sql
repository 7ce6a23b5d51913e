DROP TABLE slugs;
DROP TABLE sites;
DROP TABLE providers;
DROP TABLE journal;
DROP TABLE meta;
