-- liquibase formatted sql

-- changeset resilience:1 dbms:postgresql
-- The calls that are to be delivered; the first columns are those of db-scheduler.
create table resilience_delivery (
	task_name varchar(20) not null,
	task_instance varchar(36) not null,
	task_data bytea not null,
	execution_time timestamp with time zone not null,
	picked boolean not null,
	picked_by varchar(50),
	last_success timestamp with time zone,
	last_failure timestamp with time zone,
	consecutive_failures int not null,
	last_heartbeat timestamp with time zone,
	version bigint not null,
	dependency varchar(200) not null,
	operation varchar(255) not null,
	accepted_at timestamp with time zone not null,
	order_key char(64),
	order_position bigint generated always as identity,
	failure varchar(30),
	exception varchar(255),
	primary key (task_name, task_instance)
);

-- changeset resilience:2 dbms:postgresql
create index resilience_delivery_due on resilience_delivery (dependency, execution_time);

-- changeset resilience:3 dbms:postgresql
create index resilience_delivery_order on resilience_delivery (order_key, order_position) where order_key is not null;

-- changeset resilience:4 dbms:postgresql
create index resilience_delivery_heartbeat on resilience_delivery (last_heartbeat) where last_heartbeat is not null;

-- changeset resilience:5 dbms:postgresql
-- The calls that are tried no more.
create table resilience_dead_letter (
	task_instance varchar(36) not null,
	task_data bytea not null,
	dependency varchar(200) not null,
	operation varchar(255) not null,
	accepted_at timestamp with time zone not null,
	died_at timestamp with time zone not null,
	attempts int not null,
	reason varchar(30) not null,
	failure varchar(30),
	exception varchar(255),
	order_key char(64),
	primary key (task_instance)
);

-- changeset resilience:6 dbms:postgresql
create index resilience_dead_letter_died on resilience_dead_letter (dependency, died_at);

-- changeset resilience:7 dbms:postgresql
-- When some instance last knew an operation: calls of those that none knows become dead letters.
create table resilience_operation (
	operation varchar(255) not null,
	seen_at timestamp with time zone not null,
	primary key (operation)
);
