DROP TABLE reports;
DROP TABLE cases;
