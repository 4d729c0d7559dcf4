INSERT INTO replies (note) VALUES (4711);
