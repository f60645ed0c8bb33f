-- liquibase formatted sql

-- changeset resilience:1 dbms:mariadb
-- The calls that are to be delivered; the first columns are those of db-scheduler.
create table resilience_delivery (
	task_name varchar(20) not null,
	task_instance varchar(36) not null,
	task_data mediumblob not null,
	execution_time datetime(6) not null,
	picked boolean not null,
	picked_by varchar(50),
	last_success datetime(6) null,
	last_failure datetime(6) null,
	consecutive_failures int not null,
	last_heartbeat datetime(6) null,
	version bigint not null,
	dependency varchar(200) not null,
	operation varchar(255) not null,
	accepted_at datetime(6) not null,
	order_key char(64),
	order_position bigint not null auto_increment,
	failure varchar(30),
	exception varchar(255),
	primary key (task_name, task_instance),
	unique (order_position)
) character set utf8mb4 collate utf8mb4_bin;

-- changeset resilience:2 dbms:mariadb
create index resilience_delivery_due on resilience_delivery (dependency, execution_time);

-- changeset resilience:3 dbms:mariadb
create index resilience_delivery_order on resilience_delivery (order_key, order_position);

-- changeset resilience:4 dbms:mariadb
create index resilience_delivery_heartbeat on resilience_delivery (last_heartbeat);

-- changeset resilience:5 dbms:mariadb
-- The calls that are tried no more.
create table resilience_dead_letter (
	task_instance varchar(36) not null,
	task_data mediumblob not null,
	dependency varchar(200) not null,
	operation varchar(255) not null,
	accepted_at datetime(6) not null,
	died_at datetime(6) not null,
	attempts int not null,
	reason varchar(30) not null,
	failure varchar(30),
	exception varchar(255),
	order_key char(64),
	primary key (task_instance)
) character set utf8mb4 collate utf8mb4_bin;

-- changeset resilience:6 dbms:mariadb
create index resilience_dead_letter_died on resilience_dead_letter (dependency, died_at);

-- changeset resilience:7 dbms:mariadb
-- When some instance last knew an operation: calls of those that none knows become dead letters.
create table resilience_operation (
	operation varchar(255) not null,
	seen_at datetime(6) not null,
	primary key (operation)
) character set utf8mb4 collate utf8mb4_bin;
