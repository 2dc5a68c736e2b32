import BigEggs
